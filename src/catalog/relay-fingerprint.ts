// Fingerprints of wanted cameras, by which a list is compared with the stored one without opening a credential.
import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Fault } from '../domain/fault.ts';
import { rowsPerStatement } from './columns.ts';
import type { SealingKey } from './key-file.ts';
import type { Keyring } from './keyring.ts';
import type { WantedRelay } from './relay-types.ts';
import type { Database } from './tables.ts';

/**
 * Id → fingerprint, 64 hex digits. A camera with credentials is hashed under a key: a plain hash that stands in a database would let
 * anyone try short passwords until one fits.
 * @throws Fault InputInvalid when an id stands twice
 */
export async function fingerprintsOf({
  db,
  keyring,
  cameras,
}: {
  db: Database['db'];
  keyring: Keyring;
  cameras: readonly WantedRelay[];
}): Promise<Map<string, string>> {
  const isSealed = cameras.some(({ credentials }) => credentials !== undefined);
  const secret = isSealed ? fingerprintKey(await keyring.forSealing(db)) : undefined;
  const fingerprints = new Map<string, string>();
  for (const camera of cameras) {
    const { cameraId, credentials } = camera;
    if (fingerprints.has(cameraId)) {
      throw new Fault('InputInvalid', `The camera ${JSON.stringify(cameraId)} is given twice.`);
    }
    const hash = credentials && secret ? createHmac('sha256', secret) : createHash('sha256');
    fingerprints.set(cameraId, hash.update(canonicalText(camera)).digest('hex'));
    // Ten thousand take a tenth of a second with every poll; heartbeats must not wait for all of them.
    if (fingerprints.size % rowsPerStatement === 0) await nextTurn();
  }
  return fingerprints;
}

/** What is stored of the wanted cameras. */
export async function wantedFingerprints(db: Database['db']): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('relays')
    .select(['cameraId', 'fingerprint'])
    .where('wanted', '=', 1)
    .execute();
  return new Map(rows.map(({ cameraId, fingerprint }) => [cameraId, fingerprint]));
}

/** A key of its own, so that the sealing key serves one algorithm only. */
const fingerprintKey = ({ key }: SealingKey): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', key, '', 'longtake relay fingerprint', 32));

/** The same text for the same camera, in whatever order its fields were set; an undefined field is an absent one. */
function canonicalText({ cameraId, spec, credentials }: WantedRelay): string {
  const fields = Object.entries(spec)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([cameraId, fields, credentials && [credentials.user, credentials.password]]);
}
