// How the configuration is put together, and what is said about everything that is wrong with it.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig, loadConfigWithSources, type LoadRequest } from '../../src/config/load.ts';
import { stackFilePath, type StackFile } from '../../src/config/stack-file.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';

let dir: TempDir;
let count = 0;
beforeAll(async () => {
  dir = await tempDir();
});
afterAll(() => dir.remove());

/** A directory with the given files; HOME lies beside it, so nothing of this machine is read. */
async function place(
  files: Record<string, string> = {},
): Promise<{ cwd: string; env: Record<string, string> }> {
  const cwd = join(dir.path, `cwd-${++count}`);
  await mkdir(cwd);
  for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
  return { cwd, env: { HOME: join(cwd, 'home') } };
}

function problemsOf(request: LoadRequest): string {
  try {
    loadConfig(request);
  } catch (error) {
    expect(error).toMatchObject({ name: 'Fault', type: 'ConfigInvalid' });
    return (error as Error).message;
  }
  throw new Error('the configuration was accepted');
}

describe('precedence', () => {
  test('a flag beats the environment, the environment the file, the file the default', async () => {
    const { cwd, env } = await place({
      'longtake.yaml': 'download:\n  slots: 2\n  perHost: 3\n  stallSeconds: 7.5\n',
    });
    const { config, sources } = loadConfigWithSources({
      flags: { 'download.slots': 9 },
      env: { ...env, LONGTAKE_DOWNLOAD_SLOTS: '5', LONGTAKE_DOWNLOAD_PER_HOST: '6' },
      cwd,
    });
    expect(config.download).toMatchObject({ slots: 9, perHost: 6, stallSeconds: 7.5, connectSeconds: 10 });
    expect(
      ['slots', 'perHost', 'stallSeconds', 'connectSeconds'].map((key) => sources[`download.${key}`]),
    ).toEqual(['flag', 'environment', 'file', 'default']);
  });

  test('without any setting everything has a value below the user’s data directory', async () => {
    const { cwd, env } = await place();
    const config = loadConfig({ env, cwd });
    const dataDir = join(cwd, 'home/.local/share/longtake');
    expect(config).toMatchObject({
      dataDir,
      mediaRoot: join(dataDir, 'media'),
      keyFile: join(dataDir, 'credentials.key'),
      catalog: { kind: 'sqlite', file: join(dataDir, 'catalog.sqlite') },
      storage: 'local',
      temporal: {},
      log: { level: 'info' },
    });
    expect(config.host).toMatch(/^[a-z0-9][a-z0-9._-]*$/);
    expect(config.media.slots).toBeGreaterThanOrEqual(1);
    expect(loadConfig({ env: { ...env, XDG_DATA_HOME: '/x' }, cwd }).dataDir).toBe('/x/longtake');
  });

  test('what lies in the data directory follows it, unless set on its own', async () => {
    const { cwd, env } = await place();
    const config = loadConfig({
      flags: { data: 'stack' },
      env: { ...env, LONGTAKE_MEDIA_ROOT: '/srv/media' },
      cwd,
    });
    expect(config.dataDir).toBe(join(cwd, 'stack'));
    expect(config.keyFile).toBe(join(cwd, 'stack/credentials.key'));
    expect(config.mediaRoot).toBe('/srv/media');
  });

  test('an empty variable counts as not set', async () => {
    const { cwd, env } = await place();
    expect(
      loadConfig({ env: { ...env, LONGTAKE_DOWNLOAD_SLOTS: '', LONGTAKE_CONFIG: '' }, cwd }).download.slots,
    ).toBe(16);
  });
});

describe('values', () => {
  test('text becomes numbers, truth values, lists and absolute paths', async () => {
    const { cwd, env } = await place();
    const { download, tools, log } = loadConfig({
      cwd,
      env: {
        ...env,
        LONGTAKE_DOWNLOAD_ALLOW_PRIVATE: 'No',
        LONGTAKE_DOWNLOAD_FILE_ROOTS: '/srv/a, b ,~/c',
        LONGTAKE_DOWNLOAD_ALLOWED_REDIRECT_HOSTS: 'cdn.example,10.0.0.1:8080',
        LONGTAKE_DOWNLOAD_STALL_SECONDS: '0.5',
        LONGTAKE_TOOLS_FFMPEG: './bin/ffmpeg',
        LONGTAKE_TOOLS_RSYNC: 'rsync-3.4',
        LONGTAKE_LOG: 'debug',
      },
    });
    expect(download).toMatchObject({ allowPrivate: false, stallSeconds: 0.5 });
    expect(download.allowedRedirectHosts).toEqual(['cdn.example', '10.0.0.1:8080']);
    expect(download.fileRoots).toEqual(['/srv/a', join(cwd, 'b'), join(cwd, 'home/c')]);
    expect(tools).toMatchObject({ ffmpeg: join(cwd, 'bin/ffmpeg'), rsync: 'rsync-3.4', ssh: 'ssh' });
    expect(log.level).toBe('debug');
  });

  test('paths in a file start from the file, and the file is found by flag, by variable, or in the user’s directory', async () => {
    const { cwd, env } = await place();
    const config = join(cwd, 'etc');
    await mkdir(join(cwd, 'home/.config/longtake'), { recursive: true });
    await mkdir(config);
    await writeFile(join(config, 'own.yaml'), 'mediaRoot: media\n');
    await writeFile(join(cwd, 'home/.config/longtake/longtake.yaml'), 'host: from-home\n');
    expect(loadConfig({ env, cwd }).host).toBe('from-home');
    expect(loadConfig({ flags: { config: 'etc/own.yaml' }, env, cwd }).mediaRoot).toBe(join(config, 'media'));
    const byVariable = { ...env, LONGTAKE_CONFIG: 'etc/own.yaml' };
    expect(loadConfigWithSources({ env: byVariable, cwd }).file).toBe(join(config, 'own.yaml'));
  });

  test('a secret comes from a file, without its last line break', async () => {
    const { cwd, env } = await place({ secret: 'postgres://longtake:pass@db/catalog\n' });
    const config = loadConfig({ env: { ...env, LONGTAKE_CATALOG_URL_FILE: 'secret' }, cwd });
    expect(config.catalog).toEqual({ kind: 'postgres', url: 'postgres://longtake:pass@db/catalog' });
  });

  test('a JSON file and a file of comments only are files too', async () => {
    const json = await place({ 'longtake.yaml': '{"plan": {"windowSize": 7}}' });
    expect(loadConfig(json).plan.windowSize).toBe(7);
    const comments = await place({ 'longtake.yaml': '# nothing yet\ndownload:\n' });
    expect(loadConfig(comments).plan.windowSize).toBe(50);
  });
});

describe('what is refused', () => {
  test('every problem is named at once, with its place and its remedy', async () => {
    const { cwd, env } = await place({
      'longtake.yaml': 'downlod:\n  slots: 1\nplan:\n  windowSizes: 3\nstorage: cloud\nmedia: 5\n',
    });
    const message = problemsOf({
      cwd,
      flags: { 'hosts.leaseSecond': 1 },
      env: {
        ...env,
        LONGTAKE_DOWNLOAD_SLOTS: 'many',
        LONGTAKE_DOWNLOAD_PER_HOST: '0',
        LONGTAKE_DOWNLOD_STALL_SECONDS: '1',
        LONGTAKE_CATALOG_KIND: 'postgres',
      },
    });
    const lines = message.split('\n');
    for (const pattern of [
      /^downlod .*longtake\.yaml.*Did you mean download\.?/,
      /^plan\.windowSizes .*Did you mean plan\.windowSize\?/,
      /^storage .*local, shared/,
      /^media .*longtake\.yaml/,
      /^hosts\.leaseSecond .*Did you mean hosts\.leaseSeconds\?/,
      /^download\.slots \(LONGTAKE_DOWNLOAD_SLOTS\): .*expected number/,
      /^download\.perHost \(LONGTAKE_DOWNLOAD_PER_HOST\): .*>=1/,
      /^LONGTAKE_DOWNLOD_STALL_SECONDS: .*Did you mean LONGTAKE_DOWNLOAD_STALL_SECONDS\?/,
      /^catalog\.url .*LONGTAKE_CATALOG_URL/,
    ])
      expect(
        lines.filter((line) => pattern.test(line)),
        String(pattern),
      ).toHaveLength(1);
    expect(lines).toHaveLength(10);
  });

  test.each([
    ['a host name that no queue can carry', { LONGTAKE_HOST: 'Nvr 1' }, /^host /m],
    [
      'a catalog address of another scheme',
      { LONGTAKE_CATALOG_URL: 'mysql://u:CANARY@h/d' },
      /^catalog\.url /m,
    ],
    [
      'both a secret and its file',
      { LONGTAKE_CATALOG_URL: 'postgres://h/CANARY', LONGTAKE_CATALOG_URL_FILE: 'x' },
      /Keep one/,
    ],
    ['a secret’s file that is absent', { LONGTAKE_CATALOG_URL_FILE: 'absent' }, /ENOENT/],
    [
      'sqlite with an address',
      { LONGTAKE_CATALOG_KIND: 'sqlite', LONGTAKE_CATALOG_URL: 'postgres://h/d' },
      /^catalog\.kind /m,
    ],
    ['a configuration file that is absent', { LONGTAKE_CONFIG: 'absent.yaml' }, /cannot be read \(ENOENT\)/],
    ['a number with a unit', { LONGTAKE_DOWNLOAD_STALL_SECONDS: '30s' }, /expected number/],
    ['a truth value that is none', { LONGTAKE_DOWNLOAD_ALLOW_PRIVATE: 'perhaps' }, /expected boolean/],
  ])('%s', async (_, variables, pattern) => {
    const { cwd, env } = await place();
    const message = problemsOf({ cwd, env: { ...env, ...variables } });
    expect(message).toMatch(pattern);
    expect(message).not.toContain('CANARY');
  });

  test('a file that is not YAML, without quoting what stands in it', async () => {
    const message = problemsOf(
      await place({ 'longtake.yaml': 'catalog:\n  url: "postgres://u:CANARY@h\n  x: [' }),
    );
    expect(message).toContain('is not YAML');
    expect(message).not.toContain('CANARY');
  });

  test('variables that orchestrators set for a service of our name are none of ours', async () => {
    const { cwd, env } = await place();
    const set = {
      LONGTAKE_PORT: 'tcp://10.0.0.1:80',
      LONGTAKE_SERVICE_HOST: '10.0.0.1',
      LONGTAKE_PORT_80_TCP_ADDR: '10.0.0.1',
    };
    expect(() => loadConfig({ cwd, env: { ...env, ...set } })).not.toThrow();
  });
});

describe('a running stack', () => {
  const stack = (dataDir: string, more: Partial<StackFile> = {}): StackFile => ({
    pid: process.pid,
    temporalAddress: '127.0.0.1:41233',
    uiUrl: 'http://127.0.0.1:41234',
    mediamtx: {
      rtspUrl: 'rtsp://127.0.0.1:1',
      playbackUrl: 'http://127.0.0.1:2',
      apiUrl: 'http://127.0.0.1:3',
    },
    dataDir,
    startedAt: '2026-09-13T08:00:00Z',
    ...more,
  });
  const withStack = async (more?: Partial<StackFile>) => {
    const { cwd, env } = await place();
    await writeFile(stackFilePath(cwd), JSON.stringify(stack(cwd, more)));
    return { cwd, env: { ...env, LONGTAKE_DATA: cwd } };
  };

  test('is found through its data directory', async () => {
    const { config, sources, stack: found } = loadConfigWithSources(await withStack());
    expect(config.temporal.address).toBe('127.0.0.1:41233');
    expect(sources['temporal.address']).toBe('stack');
    expect(found?.mediamtx?.playbackUrl).toBe('http://127.0.0.1:2');
  });

  test('gives way to settings of ours and of Temporal', async () => {
    const { cwd, env } = await withStack();
    expect(loadConfig({ cwd, env: { ...env, LONGTAKE_TEMPORAL_ADDRESS: 'a:1' } }).temporal.address).toBe(
      'a:1',
    );
    expect(loadConfig({ cwd, env: { ...env, TEMPORAL_ADDRESS: 'b:2' } }).temporal.address).toBeUndefined();
    expect(loadConfig({ cwd, env: { ...env, TEMPORAL_PROFILE: 'prod' } }).temporal.address).toBeUndefined();
  });

  test('that is gone and left its file behind counts as none', async () => {
    expect(loadConfig(await withStack({ pid: 2 ** 22 + 1 })).temporal.address).toBeUndefined();
    const { cwd, env } = await place({ 'stack.json': '{"pid":' });
    expect(loadConfig({ cwd, env: { ...env, LONGTAKE_DATA: cwd } }).temporal.address).toBeUndefined();
  });
});
