// Reads docker-compose.yml as Compose does: variables from .env filled in, anchors merged.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { readEnvFile } from '../../bootstrap/pinned-env.js';

export const repository = fileURLToPath(new URL('../..', import.meta.url));

export interface HealthCheck {
  test: [form: 'CMD' | 'CMD-SHELL', ...argv: string[]];
}

export interface Service {
  image: string;
  entrypoint?: string[];
  command?: string[];
  environment?: Record<string, string>;
  secrets?: string[];
  /** `source:target[:ro]` */
  volumes?: string[];
  tmpfs?: string[];
  /** `address:published:container` */
  ports?: string[];
  /** Ports that only other containers reach. */
  expose?: string[];
  depends_on?: Record<string, { condition: 'service_healthy' | 'service_completed_successfully' }>;
  healthcheck?: HealthCheck;
  stop_grace_period?: string;
  [key: string]: unknown;
}

export interface ComposeFile {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  volumes: Record<string, object>;
}

/** The text with `${NAME}`, `${NAME:-default}` and `${NAME:?why}` filled in. Throws for a name that nothing defines. */
export function interpolate(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(
    /\$\{([A-Z0-9_]+)(?::([-?])([^}]*))?\}/g,
    (_, name: string, kind?: string, rest?: string) => {
      const value = variables[name];
      if (value) return value;
      if (kind === '-') return rest ?? '';
      throw new Error(`docker-compose.yml: ${name} is not defined${rest ? ` (${rest})` : ''}`);
    },
  );
}

/** docker-compose.yml of this checkout; `overrides` stand for variables of the calling shell. */
export function readComposeFile(overrides: Readonly<Record<string, string>> = {}): ComposeFile {
  const variables = { ...readEnvFile(join(repository, '.env')), ...overrides };
  const text = interpolate(readFileSync(join(repository, 'docker-compose.yml'), 'utf8'), variables);
  return parse(text, { merge: true }) as ComposeFile;
}

/** Ports inside the containers with the service that listens on each. */
export const containerPorts = ({ services }: ComposeFile): { owner: string; port: number }[] =>
  Object.entries(services).flatMap(([owner, { ports = [], expose = [] }]) =>
    [...ports, ...expose].map((text) => ({ owner, port: Number(text.split(':').at(-1)) })),
  );
