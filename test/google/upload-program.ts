// A process that uploads one file, to be killed in the middle: node upload-program.ts <file with its orders, JSON>.
import { readFile } from 'node:fs/promises';
import { connectGoogle } from '../../src/google/connect.ts';
import { createDrive } from '../../src/google/drive.ts';
import type { UploadSpec } from '../../src/google/drive-types.ts';
import type { GoogleSettings } from '../../src/google/google-types.ts';
import { fileSessions, granule } from './drive-kit.ts';

export interface UploadOrders {
  settings: GoogleSettings;
  /** Of the files that hold the sessions. */
  prefix: string;
  spec: Omit<UploadSpec, 'sessions' | 'signal' | 'onProgress'>;
}

if (import.meta.main) {
  const { settings, prefix, spec } = JSON.parse(await readFile(process.argv[2]!, 'utf8')) as UploadOrders;
  const drive = createDrive(connectGoogle(settings), { chunkBytes: granule, requestSeconds: 10 });
  const { signal } = new AbortController();
  await drive.upload({ ...spec, sessions: fileSessions(prefix), signal });
}
