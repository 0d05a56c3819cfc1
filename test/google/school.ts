// The stand-in for Google with one person who has signed in, and a connection in that name.
import { join } from 'node:path';
import { connectGoogle, scopesOf } from '../../src/google/connect.ts';
import type { GoogleConnection } from '../../src/google/google-types.ts';
import { writeTokenFile } from '../../src/google/token-file.ts';
import { startGoogle, type GoogleFake } from '../fakes/google/server.ts';
import { tempDir } from '../setup/temp-dir.ts';

export interface School extends AsyncDisposable {
  fake: GoogleFake;
  /** In whose name the connection asks. */
  email: string;
  connection: GoogleConnection;
}

/** Google as it was before: no script, no journal. Tells of steps of the script that never struck. */
export function takeScript({ fake }: School): object[] {
  const unstruck = fake.unstruckFaults();
  fake.clearScript();
  fake.journal.clear();
  return unstruck;
}

export async function openSchool({ requestSeconds = 10 } = {}): Promise<School> {
  const email = 'lectures@school.test';
  const [fake, dir] = await Promise.all([startGoogle(), tempDir()]);
  fake.accounts.addPerson(email);
  // Tests of a minute ask more than people do.
  fake.limits.unitsPerMinute = { drive: 1e9, calendar: 1e9, classroom: 1e9, sheets: 1e9 };
  const { clientId, clientSecret } = fake.accounts.addClient();
  const grant = fake.accounts.grant({ clientId, email, scopes: Object.values(scopesOf).flat() });
  const tokenFile = join(dir.path, 'token.json');
  await writeTokenFile(tokenFile, { clientId, clientSecret, refreshToken: grant.refreshToken });
  const connection = connectGoogle({
    tokenFile,
    apiUrl: fake.url,
    requestSeconds,
    useDefaultCredentials: false,
  });
  return {
    fake,
    email,
    connection,
    async [Symbol.asyncDispose]() {
      await Promise.all([fake.close(), dir.remove()]);
    },
  };
}
