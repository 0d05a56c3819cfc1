// Joins the composed slots into the lecture's files and publishes them with the document that says what stands where.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { LectureFile, LectureFileRole } from '../../contract/lecture-messages.ts';
import { localParts } from '../../domain/calendar.ts';
import { lectureChapters } from '../../domain/chapters.ts';
import type { Chapter } from '../../domain/chapters.ts';
import { Fault, isFault } from '../../domain/fault.ts';
import { inStep } from '../../domain/fault-point.ts';
import { lectureFileNames, lecturePath } from '../../domain/lecture-names.ts';
import type { ClipBackupSpec } from '../../media/lecture/backup.ts';
import { lectureFilePath } from '../../storage/lecture-file.ts';
import { ownHeartbeat } from '../own-heartbeat.ts';
import { backupParts } from './backup-parts.ts';
import type { LectureDeps } from './lecture-deps.ts';
import { readSidecar } from './lecture-sidecar.ts';
import { readLecture } from './lecture-sources.ts';
import type { KnownLecture } from './lecture-sources.ts';
import { lectureWorkKey } from './lecture-work.ts';
import { slotsOf, titleOf } from './open-lecture.ts';
import { heardWhileSilent } from './tool-heartbeat.ts';
import type { JoinedLecture, JoinRequest } from './types.ts';

interface Join {
  known: KnownLecture;
  request: JoinRequest;
  /** The same for the same pieces: what is published under it is not made again. */
  key: string;
  paths: Record<LectureFileRole, string>;
  workDir: string;
  signal: AbortSignal;
  heartbeat: (progress: unknown) => void;
}

/** Thumbnails on one sheet, evenly over the lecture. */
const thumbnails = 12;

/** Of a slow disk. */
const slowBytesPerSecond = 20e6;

export async function joinLecture(deps: LectureDeps, request: JoinRequest): Promise<JoinedLecture> {
  const known = await readLecture(deps, request.lectureId);
  const paths = pathsOf(known);
  const key = keyOf(request, paths);
  const finished = await readSidecar(deps, paths.main);
  if (finished?.key === key) {
    const { files, complaints } = finished;
    return { files, ...(complaints ? { complaints } : {}) };
  }
  const workDir = await deps.storage.attemptDir(lectureWorkKey(request.lectureId), activityInfo().attempt);
  const work = {
    known,
    request,
    key,
    paths,
    workDir,
    signal: cancellationSignal(),
    heartbeat: ownHeartbeat(),
  };
  const silentSeconds = await longestSilence(deps, request);
  const made = await inStep(deps.faultPoint, 'join', () =>
    heardWhileSilent(silentSeconds, (heartbeat) => makeFiles(deps, { ...work, heartbeat })),
  );
  return await publishFiles(deps, work, made);
}

/** ffmpeg tells nothing while it moves the index of a file to its front. */
async function longestSilence({ settings, storage }: LectureDeps, { slots }: JoinRequest): Promise<number> {
  const sizes = await Promise.all(slots.map(({ path }) => storage.sizeOf(path)));
  const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  return settings.stallSeconds.media + bytes / slowBytesPerSecond;
}

function pathsOf({ row, room }: KnownLecture): Record<LectureFileRole, string> {
  const start = localParts(row.startMs, room.spec.timeZone);
  const end = localParts(row.endMs, room.spec.timeZone);
  const names = lectureFileNames({
    name: row.spec.name,
    startLocal: `${start.hh}:${start.mm}`,
    endLocal: `${end.hh}:${end.mm}`,
    date: start.date,
  });
  const at = (fileName: string): string => lecturePath({ roomId: room.id, date: start.date, fileName });
  return {
    main: at(names.main),
    backup: at(names.backup),
    poster: at(names.poster),
    thumbnails: at(names.thumbnails),
  };
}

const keyOf = ({ slots, choices }: JoinRequest, paths: Record<string, string>): string =>
  createHash('sha256')
    .update(
      JSON.stringify([slots.map(({ path, frames, samples }) => [path, frames, samples]), choices, paths]),
    )
    .digest('hex');

interface Made {
  files: { role: LectureFileRole; from: string; durationSeconds?: number }[];
  complaints: string[];
}

async function makeFiles(deps: LectureDeps, work: Join): Promise<Made> {
  const { known, request, signal, heartbeat, workDir } = work;
  const { media } = deps.lecture;
  const common = { workDir, signal, stallSeconds: deps.settings.stallSeconds.media, onProgress: heartbeat };
  const from = (name: string): string => join(workDir, name);
  const { durationSeconds } = await media.joinSlots({
    ...common,
    outPath: from('main.mp4'),
    slots: request.slots.map(({ path, ...piece }) => ({ ...piece, path: deps.storage.resolve(path) })),
    chapters: chaptersOf(work),
    title: titleOf(known),
  });
  const parts = await backupParts(deps, { known, signal, heartbeat });
  const outPath = from('backup.mp4');
  const backup = await clipped(deps, { ...common, outPath, parts, lengthSeconds: durationSeconds });
  const pictures = { ...common, path: from('main.mp4'), durationSeconds };
  await media.makePoster({ ...pictures, atSeconds: durationSeconds / 2, outPath: from('poster.jpg') });
  await media.makeThumbnails({ ...pictures, count: thumbnails, outPath: from('thumbnails.jpg') });
  return {
    files: [
      { role: 'main', from: from('main.mp4'), durationSeconds },
      ...(backup.isMade ? [{ role: 'backup' as const, from: outPath, durationSeconds }] : []),
      { role: 'poster', from: from('poster.jpg') },
      { role: 'thumbnails', from: from('thumbnails.jpg') },
    ],
    complaints: backup.complaints,
  };
}

/** The video does not fail for its backup: what cannot be copied is left out and said. */
async function clipped(
  deps: LectureDeps,
  spec: ClipBackupSpec,
): Promise<{ isMade: boolean; complaints: string[] }> {
  const { length: count } = spec.parts;
  if (count === 0) return { isMade: false, complaints: [] };
  try {
    const { damaged } = await deps.lecture.media.clipBackup(spec);
    const complaints =
      damaged.length > 0 ? [`${damaged.length} of ${count} files cannot be copied into the backup.`] : [];
    return { isMade: true, complaints };
  } catch (error) {
    if (!isFault(error, 'MediaUnreadable')) throw error;
    return {
      isMade: false,
      complaints: ['There is no backup: no file of the screen or the board can be copied.'],
    };
  }
}

function chaptersOf({ known, request }: Join): Chapter[] {
  const { row, room } = known;
  const slots = slotsOf(known);
  return lectureChapters({
    startMs: row.startMs,
    timeZone: room.spec.timeZone,
    slots,
    choices: request.choices,
  });
}

/** The document comes last: a main file without it, or with another key, is made anew. */
async function publishFiles(deps: LectureDeps, work: Join, made: Made): Promise<JoinedLecture> {
  const { storage } = deps;
  const { key, known, paths, request, signal, heartbeat } = work;
  const keyName = lectureWorkKey(request.lectureId);
  const stillOwner = async (): Promise<boolean> => !signal.aborted && (await deps.isCurrentAttempt());
  const files: LectureFile[] = [];
  for (const { role, from, durationSeconds } of made.files) {
    const facts = await storage.hashFile(from, signal, (bytes) => heartbeat({ hashed: role, bytes }));
    await storage.publish({ keyName, from, to: paths[role], stillOwner, signal });
    files.push({ role, path: paths[role], ...facts, ...(durationSeconds ? { durationSeconds } : {}) });
  }
  if (!(await stillOwner()))
    throw new Fault('LeaseLost', `Lecture ${request.lectureId} has a newer attempt.`);
  const joined = { files, ...(made.complaints.length > 0 ? { complaints: made.complaints } : {}) };
  const document = {
    lecture: request.lectureId,
    key,
    title: titleOf(known),
    choices: request.choices,
    ...joined,
  };
  await storage.writeJson(lectureFilePath(paths.main), document, keyName);
  await removeFormer(deps, work, files);
  return joined;
}

/** A lecture that got another name or other hours leaves nothing under the old ones. */
async function removeFormer({ storage }: LectureDeps, { known }: Join, files: LectureFile[]): Promise<void> {
  const former = (known.row.outcome.files ?? []).map(({ path }) => path);
  for (const path of former.filter((old) => files.every((file) => file.path !== old))) {
    await storage.remove(path);
    await storage.removeAlone(lectureFilePath(path));
  }
}
