// From a container's world to this machine: service names become 127.0.0.1, its ports free ones, its paths what is mounted there.
// Anything that the file does not define stays as it is and then fails, as it would in a container.
import { join } from 'node:path';
import { repository, type ComposeFile, type Service } from './compose-file.ts';

export interface Place {
  file: ComposeFile;
  /** Port inside containers to the service that listens on it, and its port here. */
  ports: ReadonlyMap<number, { owner: string; local: number }>;
  secretsDir: string;
  /** Named volumes and tmpfs of this host's containers. */
  volumesDir: string;
}

/** Paths of an image that a service relies on, and where they are here. */
export type ImagePaths = Readonly<Record<string, string>>;

/** Programs and devices that every image has. */
const everywhere = ['/bin/sh', '/bin/chown', '/dev/null'];

/** Variables whose whole value is a host, with the variable of its port. Others may hold the same words as users or databases. */
const portOfHost: Readonly<Record<string, string>> = {
  PGHOST: 'PGPORT',
  POSTGRES_SEEDS: 'DB_PORT',
  SQL_HOST: 'SQL_PORT',
  BIND_ON_IP: 'FRONTEND_GRPC_PORT',
};

const here = '127.0.0.1';

interface Mount {
  target: string;
  source: string;
}

/** Everything that a service sees in its file system, longest path first. */
export function mountsOf(place: Place, name: string, imagePaths: ImagePaths): Mount[] {
  const service = serviceOf(place.file, name);
  const volumes = (service.volumes ?? []).map((text): Mount => {
    const [source = '', target = ''] = text.split(':');
    return { target, source: volumeSource(place, source) };
  });
  const secrets = (service.secrets ?? []).map((secret): Mount => {
    const definition = place.file.secrets[secret];
    if (!definition) throw new Error(`${name}: the secret ${secret} is not defined`);
    return {
      target: `/run/secrets/${secret}`,
      source: definition.file.replace('./secrets', place.secretsDir),
    };
  });
  const tmpfs = (service.tmpfs ?? []).map((text): Mount => {
    const target = text.split(':')[0]!;
    return { target, source: join(place.volumesDir, `tmpfs-${name}`, target) };
  });
  const image = Object.entries(imagePaths).map(([target, source]): Mount => ({ target, source }));
  return [...volumes, ...secrets, ...tmpfs, ...image].sort((a, b) => b.target.length - a.target.length);
}

export function serviceOf(file: ComposeFile, name: string): Service {
  const service = file.services[name];
  if (!service) throw new Error(`docker-compose.yml has no service ${name}`);
  return service;
}

function volumeSource(place: Place, source: string): string {
  if (source.startsWith('./secrets')) return source.replace('./secrets', place.secretsDir);
  if (source.startsWith('./')) return join(repository, source);
  if (!(source in place.file.volumes)) throw new Error(`the volume ${source} is not defined`);
  return join(place.volumesDir, source);
}

/** Translates commands and variables of one service. */
export class Translator {
  readonly #place: Place;
  readonly #name: string;
  readonly #mounts: Mount[];

  constructor(place: Place, name: string, imagePaths: ImagePaths) {
    this.#place = place;
    this.#name = name;
    this.#mounts = mountsOf(place, name, imagePaths);
  }

  argument(text: string): string {
    if (text.startsWith('/')) return this.#path(text);
    if (/^\d+$/.test(text)) return this.#port(text);
    return this.#addresses(text);
  }

  /** A line for a shell, word by word. */
  shellLine(text: string): string {
    return text
      .split(' ')
      .map((word) => this.argument(word))
      .join(' ');
  }

  environment(variables: Readonly<Record<string, string>>): Record<string, string> {
    const translated = Object.entries(variables).map(([variable, value]): [string, string] => {
      const portVariable = portOfHost[variable];
      if (portVariable) return [variable, this.#reaches(value, variables[portVariable] ?? '') ? here : value];
      if (variable.endsWith('PORT')) return [variable, this.#port(value)];
      return [variable, value.startsWith('/') ? this.#path(value) : this.#addresses(value)];
    });
    return Object.fromEntries(translated);
  }

  #port(text: string): string {
    return String(this.#place.ports.get(Number(text))?.local ?? text);
  }

  #addresses(text: string): string {
    return text.replaceAll(/([A-Za-z0-9.-]*):(\d{2,5})\b/g, (whole, host: string, port: string) =>
      this.#reaches(host, port) ? `${here}:${this.#port(port)}` : whole,
    );
  }

  /** True when `port` of `host` is what some service listens on; loopback is the container itself. */
  #reaches(host: string, port: string): boolean {
    const owner = this.#place.ports.get(Number(port))?.owner;
    return ['', here, '0.0.0.0', 'localhost'].includes(host) ? owner === this.#name : owner === host;
  }

  #path(path: string): string {
    if (everywhere.includes(path)) return path;
    const mount = this.#mounts.find(({ target }) => path === target || path.startsWith(`${target}/`));
    if (!mount) throw new Error(`${this.#name}: nothing is mounted at ${path}`);
    return mount.source + path.slice(mount.target.length);
  }
}
