// `longtake google` and `longtake doctor --google` as a person types them, against the stand-in.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import type { Terminal } from '../../src/cli/output/terminal.ts';
import { doctorReport } from '../../src/contract/doctor.ts';
import { googleSignedOut, googleSignIn } from '../../src/contract/google-sign-in.ts';
import { startGoogle, type GoogleFake } from '../fakes/google/server.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';

const teacher = 'teacher@school.test';
let fake: GoogleFake;
let dir: TempDir;
let clientSecret: string;

beforeEach(async () => {
  [fake, dir] = await Promise.all([startGoogle(), tempDir()]);
  fake.accounts.addPerson(teacher);
  fake.browserEmail = teacher;
  const client = fake.accounts.addClient();
  ({ clientSecret } = client);
  const installed = { client_id: client.clientId, client_secret: clientSecret };
  await writeFile(join(dir.path, 'client.json'), JSON.stringify({ installed }));
  await writeFile(join(dir.path, 'longtake.yaml'), `google:\n  apiUrl: ${fake.url}\n`);
});
afterEach(() => Promise.all([fake.close(), dir.remove()]));

/** Runs a command; whatever address it prints is opened in a browser. */
async function cli(...args: string[]) {
  const said = { out: '', err: '' };
  const terminal: Terminal = {
    out: (text) => void (said.out += `${text}\n`),
    err: (text) => {
      said.err += `${text}\n`;
      const address = /^http\S+auth\?\S+$/m.exec(text)?.[0];
      if (address) void fetch(address);
    },
    draw: () => undefined,
    stdin: Readable.from([]) as NodeJS.ReadStream,
    ...{ asks: false, isTerminal: false, drawsProgress: false, columns: 100 },
  };
  const where = ['--data', join(dir.path, 'data'), '--config', join(dir.path, 'longtake.yaml')];
  const code = await main([...args, ...where], terminal);
  return { code, ...said, json: () => JSON.parse(said.out) as unknown };
}

const logIn = (...flags: string[]) =>
  cli('google', 'login', '--client', join(dir.path, 'client.json'), ...flags);

describe('longtake google', () => {
  test('signs in by the address that it prints, shows who it is, and signs out', async () => {
    const login = await logIn('--json');
    expect(login.code).toBe(0);
    const signedIn = googleSignIn.parse(login.json());
    expect(signedIn).toMatchObject({
      account: teacher,
      tokenFile: join(dir.path, 'data', 'google-token.json'),
    });
    expect(googleSignIn.parse((await cli('google', 'show', '--json')).json())).toEqual(signedIn);
    const shown = await cli('google', 'show');
    expect(shown.out).toContain(`Signed in as ${teacher}`);
    const logout = await cli('google', 'logout', '--json');
    expect(googleSignedOut.parse(logout.json())).toMatchObject({ revoked: true });
    expect(await cli('google', 'show')).toMatchObject({
      code: 2,
      err: expect.stringContaining('longtake google login') as string,
    });
    for (const { out, err } of [login, shown, logout]) {
      expect(out + err).not.toContain(clientSecret);
      for (const refreshToken of fake.accounts.grants.keys()) expect(out + err).not.toContain(refreshToken);
    }
  });

  test('writes the token elsewhere when asked, and says how workers find it', async () => {
    const out = join(dir.path, 'secrets', 'token.json');
    const login = await logIn('--out', out);
    expect(login.out).toContain(`google.tokenFile: ${out}`);
    expect((await cli('google', 'show')).code).toBe(2);
  });

  test.each([
    ['a port beside --device', ['--device', '--port', '8765'], '--device'],
    ['a port that is none', ['--port', '70000'], '--port'],
    ['a client file that is not there', ['--client', '/nowhere.json'], '/nowhere.json'],
  ])('refuses %s', async (_name, flags, word) => {
    expect(await logIn(...flags)).toMatchObject({ code: 2, err: expect.stringContaining(word) as string });
  });
});

describe('longtake doctor --google', () => {
  const googleRows = async (...flags: string[]) => {
    const report = doctorReport.parse((await cli('doctor', '--json', ...flags)).json());
    return report.checks.filter(({ area }) => area === 'google');
  };

  test('is silent about Google unless asked', async () => {
    expect(await googleRows()).toEqual([]);
  });

  test('uses the sign-in of the data directory, and proves the folder whose address is given', async () => {
    expect(await googleRows('--google')).toMatchObject([{ result: 'fail', name: 'Google account' }]);
    await logIn();
    const { id } = fake.drive.rootOf(teacher);
    const rows = await googleRows('--folder', `https://drive.google.com/drive/folders/${id}?usp=sharing`);
    const results = Object.fromEntries(rows.map(({ name, result }) => [name, result]));
    expect(results).toMatchObject({
      'Google account': 'pass',
      'Drive upload': 'pass',
      'Drive removal': 'pass',
    });
  });

  test('refuses what is no folder', async () => {
    expect(await cli('doctor', '--folder', 'my folder')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--folder') as string,
    });
  });
});
