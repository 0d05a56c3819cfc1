// One source of settings (flags, environment, file, stack) as raw values by key, with the problems found while reading it.
import type { ConfigSource } from '../contract/config-document.ts';

export interface Setting {
  value: unknown;
  source: ConfigSource;
  /** Where it stands, for messages: `--data`, `LONGTAKE_DATA`, `longtake.yaml`. */
  origin: string;
  /** Directory that relative paths start from. */
  baseDir: string;
}

export interface ConfigProblem {
  key: string;
  origin: string;
  message: string;
  remedy: string;
}

export interface Layer {
  settings: Map<string, Setting>;
  problems: ConfigProblem[];
}

export const emptyLayer = (): Layer => ({ settings: new Map(), problems: [] });
