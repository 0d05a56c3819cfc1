// A file to Drive, once: goes on from the byte that the server confirms, after any crash, by any process, and proves the copy.
import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '../domain/fault.ts';
import { trash } from './drive-file.ts';
import { getIfThere } from './drive-folder.ts';
import type { DriveContext, DriveFile, ReplaceSpec, UploadedFile, UploadSpec } from './drive-types.ts';
import { hasSha256, openLocal, requireUnchanged, type LocalFile } from './upload-body.ts';
import {
  askSession,
  cancelSession,
  sendPiece,
  startSession,
  type Session,
  type SessionAnswer,
  type Upload,
} from './upload-session.ts';

/** Sessions that may end on us before a later call tries again. */
const mostSessions = 5;
/** Failures one after the other without a byte gained; then Temporal waits. */
const mostFailures = 5;
const mostLooks = 4;
const firstPauseMs = 250;

interface Task {
  context: DriveContext;
  upload: Upload;
  local: LocalFile;
  /** Begins every message: `Uploading a.mp4 (<id>) to the folder <id>`. */
  what: string;
}

export function upload(context: DriveContext, spec: UploadSpec): Promise<UploadedFile> {
  const what = `Uploading ${spec.name} (${spec.fileId}) to the folder ${spec.folderId} of Drive`;
  return run(context, { kind: 'create', spec }, what);
}

export function replaceContent(context: DriveContext, spec: ReplaceSpec): Promise<UploadedFile> {
  const what = `Replacing the content of ${spec.name} (${spec.fileId}) in Drive`;
  return run(context, { kind: 'replace', spec }, what);
}

async function run(context: DriveContext, upload: Upload, what: string): Promise<UploadedFile> {
  const { spec } = upload;
  spec.signal.throwIfAborted();
  const local = await openLocal(spec);
  const task = { context, upload, local, what };
  try {
    return await prove(task, await send(task));
  } catch (error) {
    if (error instanceof Fault && error.details.localFileChanged === true) await dropSession(task);
    throw error;
  } finally {
    await local.handle.close();
  }
}

/** Until all of it lies in Drive under our id. */
async function send(task: Task): Promise<DriveFile> {
  const { sessions, fileId } = task.upload.spec;
  for (let count = 0; count < mostSessions; count += 1) {
    const place = await openSession(task);
    if (place.kind === 'there') return place.file;
    const end = await sendAll(task, place);
    if (end.kind === 'done') return end.file;
    await sessions.remove(fileId);
    if (end.kind === 'taken') return getTaken(task);
  }
  throw new Fault(
    'GoogleTransient',
    `${task.what}: Google ended ${mostSessions} upload sessions one after the other.`,
  );
}

type OpenedSession = { kind: 'session'; session: Session; isNew: boolean };

/** The session that was left, else a new one: but only after a look whether the file is there already. */
async function openSession(task: Task): Promise<OpenedSession | { kind: 'there'; file: DriveFile }> {
  const { context, upload, what } = task;
  const { sessions, fileId, sizeBytes, sha256, signal } = upload.spec;
  const noted = await sessions.get(fileId);
  const sessionAt = (url: string): Session => ({ what, url, sizeBytes, signal });
  if (noted) {
    const isOurs = noted.sizeBytes === sizeBytes && noted.sha256 === sha256;
    if (isOurs) return { kind: 'session', session: sessionAt(noted.sessionUrl), isNew: false };
    await dropSession(task);
  }
  const present = await getIfThere(context, fileId);
  if (upload.kind === 'create' && present) return { kind: 'there', file: present };
  if (present && isCopy(present, upload.spec)) return { kind: 'there', file: present };
  const started = await startSession(context, upload, what);
  if (started === 'taken') return { kind: 'there', file: await getTaken(task) };
  await sessions.put(fileId, { sessionUrl: started.url, sizeBytes, sha256 });
  return { kind: 'session', session: sessionAt(started.url), isNew: true };
}

/** Sends what the server does not have, until it says that it has all, or does not know the session any more. */
async function sendAll(
  task: Task,
  { session, isNew }: OpenedSession,
): Promise<Extract<SessionAnswer, { kind: 'done' | 'gone' | 'taken' }>> {
  const { context, upload, local } = task;
  const { sizeBytes, onProgress } = upload.spec;
  let committedBytes = 0;
  /** Behind this nobody but another process can have sent anything. */
  let reachedBytes = isNew ? 0 : undefined;
  let failures = 0;
  let mustAsk = !isNew || sizeBytes === 0;
  for (;;) {
    const endBytes = Math.min(sizeBytes, committedBytes + context.chunkBytes);
    await requireUnchanged(local);
    const startBytes = committedBytes;
    const answer = mustAsk
      ? await askSession(context, session)
      : await sendPiece(
          context,
          { ...session, local },
          {
            startBytes,
            endBytes,
            onSent: (sentBytes) => onProgress?.({ committedBytes: startBytes, sentBytes }),
          },
        );
    if (answer.kind === 'done' || answer.kind === 'gone' || answer.kind === 'taken') return answer;
    if (answer.kind === 'refused') throw answer.fault;
    if (answer.kind === 'more') {
      requireAlone(task, { reachedBytes: mustAsk ? reachedBytes : endBytes, ...answer });
      if (answer.committedBytes > committedBytes) failures = 0;
      else if (!mustAsk) failures += 1;
      committedBytes = answer.committedBytes;
      onProgress?.({ committedBytes, sentBytes: 0 });
      // All is there, and yet no file: only asking finishes it.
      mustAsk = committedBytes >= sizeBytes;
      if (mustAsk) failures += 1;
    } else {
      if (!mustAsk) reachedBytes = startBytes + answer.sentBytes;
      failures += 1;
      mustAsk = true;
    }
    if (failures > mostFailures) throw givenUp(task, answer);
    if (failures > 0) await waitBetween(failures, upload.spec.signal);
  }
}

function givenUp({ what }: Task, answer: SessionAnswer): Fault {
  return answer.kind === 'broken'
    ? answer.fault
    : new Fault('GoogleTransient', `${what}: Google keeps nothing of what is sent.`);
}

/** Two processes on one session would send everything twice: the one that notices leaves it to the other. */
function requireAlone(
  { what }: Task,
  { committedBytes, reachedBytes }: { committedBytes: number; reachedBytes: number | undefined },
): void {
  if (reachedBytes !== undefined && committedBytes > reachedBytes)
    throw new Fault('LeaseLost', `${what}: another process sends the same file.`);
}

/** Doubles, with up to a quarter more, so that many uploads do not come back at once. */
async function waitBetween(failures: number, signal: AbortSignal): Promise<void> {
  const ms = firstPauseMs * 2 ** (failures - 1) * (1 + Math.random() / 4);
  try {
    await pause(ms, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}

async function dropSession({ context, upload, what }: Task): Promise<void> {
  const { sessions, fileId, sizeBytes, signal } = upload.spec;
  const noted = await sessions.get(fileId);
  if (!noted) return;
  await cancelSession(context, { what, url: noted.sessionUrl, sizeBytes, signal });
  await sessions.remove(fileId);
}

/** What was made a moment ago may not show yet. */
async function getMade(
  context: DriveContext,
  { fileId, signal }: ReplaceSpec,
): Promise<DriveFile | undefined> {
  for (let count = 1; count <= mostLooks; count += 1) {
    const found = await getIfThere(context, fileId);
    if (found || count === mostLooks) return found;
    await waitBetween(count, signal);
  }
  return undefined;
}

/** The id was used before: by an earlier call of ours, most likely. */
async function getTaken({ context, upload, what }: Task): Promise<DriveFile> {
  const { fileId } = upload.spec;
  const present = await getMade(context, upload.spec);
  if (present) return present;
  throw new Fault(
    'GonePermanently',
    `${what}: the id was used for a file that was deleted for good. It takes a new id.`,
    { needsNewId: true, fileId },
  );
}

const isCopy = (file: DriveFile, { sizeBytes, sha256 }: ReplaceSpec): boolean =>
  file.sizeBytes === sizeBytes && file.sha256 === sha256 && !file.isTrashed;

/** What lies under the id is ours, byte for byte; else it goes to the trash and the id with it. */
async function prove(task: Task, sent: DriveFile): Promise<UploadedFile> {
  const { upload, what } = task;
  const { spec } = upload;
  const isTold = sent.sizeBytes !== undefined && sent.sha256 !== undefined && sent.url !== undefined;
  const file = isTold ? sent : await getTaken(task);
  if (isCopy(file, spec)) {
    await spec.sessions.remove(spec.fileId);
    return { fileId: file.id, url: file.url ?? `https://drive.google.com/file/d/${file.id}/view` };
  }
  const isSame = file.sizeBytes === spec.sizeBytes && file.sha256 === spec.sha256;
  if (isSame)
    throw new Fault('GonePermanently', `${what}: the file is there, but somebody put it into the trash.`, {
      needsNewId: true,
      fileId: spec.fileId,
    });
  if (file.sha256 === undefined && file.sizeBytes === spec.sizeBytes)
    throw new Fault('GoogleTransient', `${what}: Drive does not tell its checksum yet.`);
  throw await withdraw(task, file);
}

async function withdraw({ context, upload, local, what }: Task, file: DriveFile): Promise<Fault> {
  const { spec, kind } = upload;
  const isLocalGood = await hasSha256(local, spec.sha256);
  if (upload.kind === 'create' && file.lectureKey === upload.spec.lectureKey)
    await trash(context, spec.fileId);
  await spec.sessions.remove(spec.fileId);
  const whose = isLocalGood
    ? `Drive holds other bytes (${file.sizeBytes ?? 0} of ${spec.sizeBytes}) than ${spec.path}.`
    : `${spec.path} was changed meanwhile.`;
  return new Fault('TransferFailed', `${what}: ${whose}${kind === 'create' ? ' It takes a new id.' : ''}`, {
    fileId: spec.fileId,
    ...(kind === 'create' && { needsNewId: true }),
    ...(!isLocalGood && { localFileChanged: true }),
  });
}
