// The file with the key that seals credentials: made on demand with mode 0600, refused when others can read it.
import { createHash, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { link, mkdir, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '../domain/fault.ts';

export interface SealingKey {
  /** First 8 hex digits of the key's sha256; stands beside everything sealed with it. */
  id: string;
  key: KeyObject;
}

const header = 'longtake-key-1';
const keyBytes = 32;

/** The key in `path`, or undefined when there is no such file. @throws Fault ConfigInvalid when it is open to others or is no key file */
export async function readKeyFile(path: string): Promise<SealingKey | undefined> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Fault('ConfigInvalid', `The key file ${path} cannot be read (${error.code}).`);
  });
  if (!file) return undefined;
  try {
    const { mode } = await file.stat();
    if ((mode & 0o077) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      throw new Fault(
        'ConfigInvalid',
        `The key file ${path} has mode ${octal}, so others can read it; run: chmod 600 ${path}`,
      );
    }
    return parseKey(path, await file.readFile('utf8'));
  } finally {
    await file.close();
  }
}

/** The key in `path`; makes the file when there is none. Processes that make it at the same time end with the same key. */
export async function readOrCreateKeyFile(path: string): Promise<SealingKey> {
  const existing = await readKeyFile(path);
  if (existing) return existing;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${header} ${randomBytes(keyBytes).toString('base64')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  // A link fails when the name exists, where a rename would replace the key another process has just used.
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await unlink(draft);
  const directory = await open(dirname(path), 'r');
  await directory.sync().finally(() => directory.close());
  const made = await readKeyFile(path);
  if (!made) throw new Fault('ConfigInvalid', `The key file ${path} vanished while it was made.`);
  return made;
}

function parseKey(path: string, text: string): SealingKey {
  const [word, encoded, ...rest] = text.trim().split(/\s+/);
  const key = Buffer.from(encoded ?? '', 'base64');
  if (word !== header || key.length !== keyBytes || rest.length > 0) {
    throw new Fault('ConfigInvalid', `The file ${path} is not a Longtake key file.`);
  }
  return { id: createHash('sha256').update(key).digest('hex').slice(0, 8), key: createSecretKey(key) };
}
