import { spawnSync } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isAtLeast, readToolVersion, systemTools } from '../../bootstrap/system-packages.js';
import { tempDir, type TempDir } from '../setup/servers.ts';

describe('readToolVersion', () => {
  test.each([
    ['ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026 the FFmpeg developers', [5, 1, 9]],
    ['ffmpeg version n7.0 Copyright (c)', [7, 0]],
    ['ffmpeg version N-118315-g4f3c9f2f03-20250110 Copyright (c)', undefined],
    ['rsync  version 3.2.7  protocol version 31', [3, 2, 7]],
    ['rsync  version v3.5.0  protocol version 32', [3, 5, 0]],
    ['nothing of the kind', undefined],
  ])('%j', (text, version) => {
    expect(readToolVersion(text)).toEqual(version);
  });
});

describe('isAtLeast', () => {
  test.each([
    [[5, 1], [5, 1], true],
    [[5, 1, 9], [5, 1], true],
    [[7], [5, 1], true],
    [[5], [5, 1], false],
    [[3, 2, 3], [3, 2, 4], false],
    [[3, 10], [3, 2, 4], true],
  ])('%j is at least %j: %s', (a, b, answer) => {
    expect(isAtLeast(a, b)).toBe(answer);
  });
});

test('every program of the system names its Debian package and who needs it', () => {
  for (const tool of systemTools) {
    expect(tool.debian).toMatch(/^[a-z0-9.+-]+$/);
    expect(tool.for.length).toBeGreaterThan(0);
  }
});

describe('ensureSystemPackages', () => {
  let dir: TempDir;
  beforeEach(async () => {
    dir = await tempDir();
    await chmod(dir.path, 0o755);
  });
  afterEach(() => dir.remove());

  /** Runs the step with a PATH that holds `programs` only; `asNobody` gives root's rights up. */
  async function ensure(
    programs: Record<string, string>,
    purposes: string[],
    asNobody: boolean,
  ): Promise<string> {
    for (const [name, script] of Object.entries(programs))
      await writeFile(join(dir.path, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const module = new URL('../../bootstrap/system-packages.js', import.meta.url).href;
    const script = `
      ${asNobody ? 'if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }' : ''}
      const { ensureSystemPackages } = await import(${JSON.stringify(module)});
      try { console.log(await ensureSystemPackages(${JSON.stringify(purposes)}, () => {})); }
      catch (error) { console.log(error.message + ' | ' + error.remedy); }`;
    // Permission to read the checkout may be root's alone: import first, then give the rights up.
    const args = ['--input-type=module', '-e', `await import(${JSON.stringify(module)});${script}`];
    return spawnSync(process.execPath, args, { encoding: 'utf8', env: { PATH: dir.path } }).stdout.trim();
  }

  const good = {
    ffmpeg: 'echo ffmpeg version 6.1',
    ffprobe: 'echo ffprobe version 6.1',
    ssh: '',
    tini: '',
    setpriv: '',
  };

  test('says what to type when it may not install, naming each complaint', async () => {
    const said = await ensure(
      { ...good, rsync: 'echo rsync version 3.1.0', 'apt-get': 'exit 1' },
      ['run'],
      true,
    );
    expect(said).toContain('rsync 3.1.0 older than 3.2.4');
    expect(said).toMatch(/\| (type: sudo apt-get install|install these with your package manager:) rsync/);
  });

  test('is content without optional programs', async () => {
    const { ffmpeg, ffprobe, ssh, setpriv } = good;
    const programs = { ffmpeg, ffprobe, ssh, setpriv, rsync: 'echo rsync version 3.4.3' };
    const said = await ensure(programs, ['run'], true);
    expect(said).toBe('all needed (without tini)');
  });

  test('finds everything that this machine has', async () => {
    const said = await ensure({ ...good, rsync: 'echo rsync version 3.4.3' }, ['run'], true);
    expect(said).toBe('all here');
  });
});
