// What can be said of docker-compose.yml, Dockerfile and deploy/ without starting anything.
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { pinnedEnv } from '../../bootstrap/pinned-env.js';
import { pinnedVersions } from '../../bootstrap/server-tools.js';
import { configKeys, variableOf } from '../../src/config/keys.ts';
import { searchAttributeArgs } from '../../src/contract/search-attributes.ts';
import { readAccounts } from '../../src/gate/accounts.ts';
import { interpolate, readComposeFile, repository } from '../fleet/compose-file.ts';
import { composeSchema } from '../fleet/compose-schema.ts';
import { runToSuccess } from '../setup/run-to-success.ts';
import { tempDir } from '../setup/temp-dir.ts';
import { testRun } from '../setup/test-tools.ts';

const text = (path: string): string => readFileSync(join(repository, path), 'utf8');
const file = readComposeFile();
const services = Object.entries(file.services);
const manifest = JSON.parse(text('package.json')) as {
  version: string;
  optionalDependencies: Record<string, string>;
};

const problemsOf = (document: unknown): string[] => {
  const validate = new Ajv2020({ allErrors: true, strict: true }).compile(composeSchema);
  return validate(document) ? [] : validate.errors!.map((error) => `${error.instancePath} ${error.message}`);
};

/** The schema of the Compose Specification, as the linter dclint carries it. */
function publishedProblemsOf(document: unknown): string[] {
  const { $schema: _dialect, ...schema } = JSON.parse(
    text('node_modules/dclint/schemas/compose.schema.json'),
  ) as {
    $schema: string;
  };
  const ajv = new Ajv({ allErrors: true, strict: false });
  for (const format of ['duration', 'ports', 'expose', 'subnet_ip_address']) ajv.addFormat(format, true);
  const validate = ajv.compile(schema);
  return validate(document) ? [] : validate.errors!.map((error) => `${error.instancePath} ${error.message}`);
}

describe('docker-compose.yml', () => {
  test('keeps to the Compose schema', () => {
    expect(problemsOf(file)).toEqual([]);
  });

  test('keeps to the published Compose schema, which knows more keys than we use', () => {
    expect(publishedProblemsOf(file)).toEqual([]);
    const copy = structuredClone(file) as unknown as { services: Record<string, Record<string, unknown>> };
    copy.services['worker']!['comand'] = ['worker'];
    expect(publishedProblemsOf(copy)).not.toEqual([]);
  });

  test.each([
    ['a misspelt key', (copy: typeof file) => (copy.services['worker']!['comand'] = ['worker'])],
    [
      'a number as a variable',
      (copy: typeof file) => (copy.services['temporal']!.environment!['DB_PORT'] = 5 as never),
    ],
    ['a port open to everybody', (copy: typeof file) => (copy.services['temporal']!.ports = ['7233:7233'])],
    [
      'an image without a version',
      (copy: typeof file) => (copy.services['temporal']!.image = 'temporalio/server'),
    ],
  ])('is checked strictly enough to refuse %s', (_, spoil) => {
    const copy = structuredClone(file);
    spoil(copy);
    expect(problemsOf(copy)).not.toEqual([]);
  });

  test('refers only to services, secrets and volumes that it defines', () => {
    for (const [name, service] of services) {
      for (const other of Object.keys(service.depends_on ?? {}))
        expect(file.services, name).toHaveProperty(other);
      for (const secret of service.secrets ?? []) expect(file.secrets, name).toHaveProperty(secret);
      for (const volume of service.volumes ?? [])
        if (!volume.startsWith('.')) expect(file.volumes, name).toHaveProperty(volume.split(':')[0]!);
    }
  });

  test('gives a health check to every service that stays, and waits for each in the right way', () => {
    const jobs = new Set(
      services.flatMap(([, { depends_on = {} }]) =>
        Object.entries(depends_on).flatMap(([name, { condition }]) =>
          condition === 'service_completed_successfully' ? name : [],
        ),
      ),
    );
    for (const [name, service] of services) {
      expect(service.healthcheck === undefined, name).toBe(jobs.has(name));
      if (service.healthcheck) expect(['CMD', 'CMD-SHELL'], name).toContain(service.healthcheck.test[0]);
      expect(service['restart'] === undefined, name).toBe(jobs.has(name));
    }
  });

  test('publishes nothing beyond loopback unless .env is changed, and the Web UI never', () => {
    const wide = readComposeFile({ FLEET_IP: '10.1.2.3', CAMERA_IP: '10.1.2.4' });
    for (const [name, { ports = [] }] of services)
      for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:/);
    expect(wide.services['temporal-ui']!.ports).toEqual(['127.0.0.1:8233:8080']);
  });

  test('registers exactly the search attributes of the contract', () => {
    const listed = file.services['temporal-namespace']!.environment!['SEARCH_ATTRIBUTES']!;
    expect(listed.split(' ').toSorted()).toEqual(searchAttributeArgs.toSorted());
  });

  test('sets only variables that Longtake has', () => {
    const known = configKeys().flatMap(({ name, secret }) => [
      variableOf(name),
      ...(secret ? [`${variableOf(name)}_FILE`] : []),
    ]);
    const used = Object.keys(file.services['worker']!.environment!).filter((name) =>
      name.startsWith('LONGTAKE_'),
    );
    expect(used.filter((name) => !known.includes(name))).toEqual([]);
  });

  test('leaves a worker more time to stop than it takes to give its work back', () => {
    const forced = /shutdownForceTime: '(\d+)s'/.exec(text('src/worker/workers.ts'))?.[1];
    const grace = /^(\d+)s$/.exec(file.services['worker']!.stop_grace_period!)?.[1];
    expect(Number(grace)).toBeGreaterThanOrEqual(2 * Number(forced));
  });

  test('drops every capability, forbids new privileges and pins the user wherever a secret is read by our scripts', () => {
    for (const [name, service] of services) {
      expect(service['security_opt'], name).toEqual(['no-new-privileges:true']);
      if (name === 'postgres') continue;
      expect(service['cap_drop'], name).toEqual(['ALL']);
      if (service.secrets) expect(service['user'], name).toBe('1000:1000');
    }
  });

  test('names no container, so that several projects fit on one machine', () => {
    for (const [, service] of services) expect(service).not.toHaveProperty('container_name');
  });
});

describe('.env', () => {
  test('pins the versions that the checkout uses', () => {
    expect(pinnedEnv['MEDIAMTX_VERSION']).toBe(pinnedVersions.mediamtx);
    expect(pinnedEnv['LONGTAKE_VERSION']).toBe(manifest.version);
    expect(Object.values(manifest.optionalDependencies)).toEqual(
      Object.keys(manifest.optionalDependencies).map(() => pinnedEnv['NODE_VERSION']),
    );
  });

  test('defines all that docker-compose.yml asks for, and nothing that looks like a secret', () => {
    for (const [, name] of text('docker-compose.yml').matchAll(/\$\{([A-Z_]+)/g))
      expect(pinnedEnv).toHaveProperty(name!);
    expect(Object.keys(pinnedEnv).filter((name) => /PASSW|SECRET|TOKEN|KEY/.test(name))).toEqual([]);
  });

  test('may leave a variable out only where the file has a default', () => {
    expect(interpolate('${A:-b}', {})).toBe('b');
    expect(() => interpolate('${A}', {})).toThrow('A is not defined');
    expect(() => interpolate('${A:?why}', {})).toThrow('why');
  });
});

describe('MediaMTX of the fleet', () => {
  const config = parse(text('deploy/mediamtx/mediamtx.yml')) as Record<string, unknown>;

  test('asks the gate about everybody and everything, and has no hook that runs a command', () => {
    expect(config).toMatchObject({
      ...{ authMethod: 'http', authHTTPExclude: [], api: true, metrics: false, pprof: false },
    });
    expect(config).not.toHaveProperty('authInternalUsers');
    expect(text('deploy/mediamtx/mediamtx.yml')).not.toMatch(/^\s*runOn/m);
  });

  test('starts after its gate, which nothing else reaches and whose state outlives it', () => {
    const { gate, mediamtx } = file.services;
    expect(mediamtx!.environment!['MTX_AUTHHTTPADDRESS']).toBe('http://gate:9995/auth');
    expect(mediamtx!.depends_on).toMatchObject({ gate: { condition: 'service_healthy' } });
    expect(gate).not.toHaveProperty('ports');
    expect(gate!.expose).toEqual(['9995']);
    const inGateNetwork = services.flatMap(([name, service]) =>
      (service['networks'] as string[] | undefined)?.includes('gate') ? name : [],
    );
    expect(inGateNetwork).toEqual(['gate', 'mediamtx']);
    expect(gate!.volumes).toEqual(['gate-state:/var/lib/longtake/gate']);
    expect(text('Dockerfile')).toContain(' /var/lib/longtake/gate');
  });
});

describe('deploy/make-secrets.sh', () => {
  test('makes every secret of docker-compose.yml once, readable by its owner alone', async () => {
    await using dir = await tempDir();
    const spec = {
      command: join(repository, 'deploy/make-secrets.sh'),
      args: [dir.path],
      env: { LONGTAKE_UID: String(process.getuid!()), LONGTAKE_GID: String(process.getgid!()) },
    };
    await runToSuccess(await testRun(), spec);
    const names = Object.values(file.secrets).map(({ file: path }) => path.replace('./secrets/', ''));
    const made = new Map(names.map((name) => [name, readFileSync(join(dir.path, name), 'utf8')]));
    expect(new Set(made.values()).size).toBe(names.length);
    for (const name of names) expect((await stat(join(dir.path, name))).mode & 0o777, name).toBe(0o600);
    expect(made.get('catalog_url')).toBe(
      `postgres://longtake:${made.get('longtake_db_password')}@postgres:5432/longtake\n`,
    );
    expect(await readAccounts(join(dir.path, 'gate_accounts'))).toEqual({
      ...Object.fromEntries(
        ['publisher', 'reader', 'api'].map((user) => [
          user,
          { user, password: readFileSync(join(dir.path, `mediamtx_${user}_password`), 'utf8') },
        ]),
      ),
      gateKey: readFileSync(join(dir.path, 'gate_key'), 'utf8'),
    });
    await runToSuccess(await testRun(), spec);
    for (const [name, content] of made) expect(readFileSync(join(dir.path, name), 'utf8')).toBe(content);
  });
});

describe('Dockerfile', () => {
  const dockerfile = text('Dockerfile');

  test('runs without root, under an init, with every tool of a worker', () => {
    expect(dockerfile).toMatch(/^USER \$\{LONGTAKE_UID\}:\$\{LONGTAKE_GID\}$/m);
    expect(dockerfile).toMatch(/^ENTRYPOINT \["tini", "--", "node", "\/app\/bin\/longtake.js"\]$/m);
    const [installed = ''] = /apt-get install .*/.exec(dockerfile) ?? [];
    for (const tool of ['ffmpeg', 'rsync', 'openssh-client', 'tini', 'util-linux', 'fonts-dejavu-core'])
      expect(installed).toContain(tool);
  });

  test('gets from .dockerignore what it copies, and no secret, no .git and no node_modules', () => {
    const allowed = text('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, list]) =>
      list!.split(' '),
    );
    expect(copied.toSorted()).toEqual(allowed.toSorted());
    expect(text('.dockerignore')).toMatch(/^\*$/m);
    expect(allowed).not.toContain('node_modules');
  });
});
