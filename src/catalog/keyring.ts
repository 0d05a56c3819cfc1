// Decides which key seals and opens the credentials of a catalog, so that one catalog never holds secrets of two keys.
import { Fault } from '../domain/fault.ts';
import { readKeyFile, readOrCreateKeyFile, type SealingKey } from './key-file.ts';
import type { Database } from './tables.ts';

export interface Keyring {
  /** The key for new secrets; makes the key file when neither it nor any secret exists. */
  forSealing(db: Database['db']): Promise<SealingKey>;
  /** The key that opens secrets marked with `keyId`. */
  forOpening(keyId: string): Promise<SealingKey>;
}

/** @param keyFile absolute path; absent: this process handles no credentials */
export function keyringOf(keyFile: string | undefined): Keyring {
  let held: SealingKey | undefined;
  const named = (): string => {
    if (keyFile !== undefined) return keyFile;
    throw new Fault(
      'ConfigInvalid',
      'No key file is configured, so credentials can be neither stored nor read.',
    );
  };
  return {
    async forSealing(db) {
      const path = named();
      held ??= await readKeyFile(path);
      const foreign = await foreignKeyId(db, held?.id);
      if (foreign !== undefined) throw wrongKey(path, foreign, held);
      return (held ??= await readOrCreateKeyFile(path));
    },
    async forOpening(keyId) {
      const path = named();
      if (held?.id !== keyId) held = await readKeyFile(path);
      if (held?.id !== keyId) throw wrongKey(path, keyId, held);
      return held;
    },
  };
}

/** Every table that holds something sealed. */
const sealedTables = [
  'credentials',
  'relayCredentials',
  'relayServerSecrets',
  'cameraMap',
  'uploadSessions',
  'webhooks',
] as const;

async function foreignKeyId(db: Database['db'], ownId: string | undefined): Promise<string | undefined> {
  const marks = (table: (typeof sealedTables)[number]) => {
    const query = db.selectFrom(table).select('keyId').limit(1);
    return ownId === undefined ? query : query.where('keyId', '!=', ownId);
  };
  for (const table of sealedTables) {
    const row = await marks(table).executeTakeFirst();
    if (row) return row.keyId;
  }
  return undefined;
}

function wrongKey(path: string, keyId: string, held: SealingKey | undefined): Fault {
  const have = held ? `${path} holds key ${held.id}` : `${path} does not exist`;
  return new Fault(
    'ConfigInvalid',
    `The stored credentials are sealed with key ${keyId}, but ${have}; copy the key file of the host that stored them.`,
  );
}
