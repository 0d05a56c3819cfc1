// The fleet's test finds a wrong line only if translation lets it fail: what the file does not define must not be found.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { containerPorts, readComposeFile, repository, type ComposeFile } from '../fleet/compose-file.ts';
import { Translator, type Place } from '../fleet/translate.ts';

const ports = new Map([
  [5432, { owner: 'postgres', local: 15_432 }],
  [7233, { owner: 'temporal', local: 17_233 }],
  [9995, { owner: 'gate', local: 19_995 }],
]);
const translatorOf = (name: string, change: (file: ComposeFile) => void = () => {}): Translator => {
  const file = readComposeFile();
  change(file);
  const place: Place = { file, ports, secretsDir: '/s', volumesDir: '/v' };
  return new Translator(place, name, { '/etc/temporal/schema': '/schema' });
};

describe('translation of a service', () => {
  test('reaches a service by its name and port, and itself by loopback', () => {
    const worker = translatorOf('worker');
    expect(worker.environment({ TEMPORAL_ADDRESS: 'temporal:7233' })).toEqual({
      TEMPORAL_ADDRESS: '127.0.0.1:17233',
    });
    const temporal = translatorOf('temporal');
    expect(
      temporal.environment({ POSTGRES_SEEDS: 'postgres', DB_PORT: '5432', POSTGRES_USER: 'temporal' }),
    ).toEqual({
      POSTGRES_SEEDS: '127.0.0.1',
      DB_PORT: '15432',
      POSTGRES_USER: 'temporal',
    });
    expect(temporal.shellLine('nc -z 127.0.0.1 7233')).toBe('nc -z 127.0.0.1 17233');
  });

  test('reaches a port that only containers see by its service alone', () => {
    expect(containerPorts(readComposeFile())).toContainEqual({ owner: 'gate', port: 9995 });
    const asked = { A: 'http://gate:9995/auth' };
    expect(translatorOf('mediamtx').environment(asked)).toEqual({ A: 'http://127.0.0.1:19995/auth' });
    expect(translatorOf('gate').argument('0.0.0.0:9995')).toBe('127.0.0.1:19995');
  });

  test('does not reach a misspelt service, a service by another’s port, or another container by loopback', () => {
    const { environment } = {
      environment: (value: string) => translatorOf('worker').environment({ A: value })['A'],
    };
    expect(environment('temporl:7233')).toBe('temporl:7233');
    expect(environment('postgres:7233')).toBe('postgres:7233');
    expect(environment('127.0.0.1:7233')).toBe('127.0.0.1:7233');
    const schema = translatorOf('temporal-schema');
    expect(schema.environment({ SQL_HOST: 'temporal', SQL_PORT: '5432' })['SQL_HOST']).toBe('temporal');
  });

  test('finds a file only where the service mounts it', () => {
    const script = '/deploy/temporal/start-server.sh';
    expect(translatorOf('temporal').argument(script)).toBe(
      join(repository, 'deploy/temporal/start-server.sh'),
    );
    expect(() => translatorOf('worker').argument(script)).toThrow(`worker: nothing is mounted at ${script}`);
    expect(() =>
      translatorOf('temporal', ({ services }) => delete services['temporal']!.volumes).argument(script),
    ).toThrow('nothing is mounted');
  });

  test('finds a secret only where the service lists it', () => {
    const path = '/run/secrets/catalog_url';
    expect(translatorOf('worker').argument(path)).toBe('/s/catalog_url');
    expect(() => translatorOf('temporal').argument(path)).toThrow('nothing is mounted');
    expect(() => translatorOf('worker', ({ secrets }) => delete secrets['catalog_url'])).toThrow(
      'the secret catalog_url is not defined',
    );
  });

  test('keeps the volumes of services apart and refuses one that is not defined', () => {
    expect(translatorOf('worker').argument('/var/lib/longtake/media/x')).toBe('/v/longtake-media/x');
    expect(translatorOf('worker').argument('/tmp/x')).toBe('/v/tmpfs-worker/tmp/x');
    expect(() => translatorOf('mediamtx', ({ volumes }) => delete volumes['recordings'])).toThrow(
      'the volume recordings is not defined',
    );
  });
});
