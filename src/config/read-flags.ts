// Reads settings out of command-line flags: by dotted key, and `data` as the short name of dataDir.
import { coerceText } from './coerce.ts';
import { configKeys } from './keys.ts';
import { emptyLayer, type Layer } from './layer.ts';
import { nearestName } from './nearest-name.ts';

/** Dotted keys with text or typed values; undefined ones count as absent. `config` names the file. */
export type ConfigFlags = Readonly<Record<string, unknown>> & {
  readonly config?: string | undefined;
  readonly data?: string | undefined;
};

export function readFlags({ flags, cwd }: { flags: ConfigFlags; cwd: string }): Layer {
  const layer = emptyLayer();
  const keys = new Map(configKeys().map((key) => [key.name, key]));
  for (const [flag, value] of Object.entries(flags)) {
    if (value === undefined || flag === 'config') continue;
    const key = keys.get(flag === 'data' ? 'dataDir' : flag);
    if (key) {
      layer.settings.set(key.name, {
        value: typeof value === 'string' ? coerceText(key, value) : value,
        source: 'flag',
        origin: `--${flag}`,
        baseDir: cwd,
      });
      continue;
    }
    const meant = nearestName(flag, [...keys.keys()]);
    layer.problems.push({
      key: flag,
      origin: `--${flag}`,
      message: 'is no key of the configuration',
      remedy: meant ? `Did you mean ${meant}?` : 'Remove it.',
    });
  }
  return layer;
}
