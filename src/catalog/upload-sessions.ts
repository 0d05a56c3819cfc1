// Resumable uploads that have begun: who knows a session’s address may write the file, so it is sealed.
import type { Keyring } from './keyring.ts';
import type { UploadSessions } from './lecture-types.ts';
import { openValue, sealValue } from './sealed-value.ts';
import type { Database } from './tables.ts';

const placeOf = (fileId: string) => `upload_sessions|${fileId}|url`;

export function uploadSessionsOf({ db, keyring }: Database & { keyring: Keyring }): UploadSessions {
  return {
    async get(fileId) {
      const row = await db
        .selectFrom('uploadSessions')
        .select(['sizeBytes', 'sha256', 'keyId', 'sealed'])
        .where('fileId', '=', fileId)
        .executeTakeFirst();
      if (!row) return undefined;
      const { sizeBytes, sha256, ...sealed } = row;
      const what = `The upload sessions of Drive file ${JSON.stringify(fileId)}`;
      const sessionUrl = await openValue<string>({ keyring, place: placeOf(fileId), what, ...sealed });
      return { sessionUrl, sizeBytes, sha256 };
    },
    async put(fileId, { sessionUrl, sizeBytes, sha256 }) {
      await db.transaction().execute(async (transaction) => {
        const key = await keyring.forSealing(transaction);
        const row = { sizeBytes, sha256, ...sealValue({ key, place: placeOf(fileId), value: sessionUrl }) };
        await transaction
          .insertInto('uploadSessions')
          .values({ fileId, ...row })
          .onConflict((conflict) => conflict.column('fileId').doUpdateSet(row))
          .execute();
      });
    },
    async remove(fileId) {
      await db.deleteFrom('uploadSessions').where('fileId', '=', fileId).execute();
    },
  };
}
