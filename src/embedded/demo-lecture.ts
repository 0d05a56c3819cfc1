// The stage of the lecture demo: recorded slots, a room with its sources, the picture of a screen without a signal, an event.
import { join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import { storeBlank } from '../client/room-blank.ts';
import { addRoomSource } from '../client/room-source.ts';
import { putRoom } from '../client/room.ts';
import type { Config } from '../config/schema.ts';
import type { StandInDocument } from '../contract/stack.ts';
import { Fault } from '../domain/fault.ts';
import { isoFromMs } from '../domain/range.ts';
import { findDemoFont } from './demo-cameras.ts';
import { demoArchiveUrl, demoFile, demoRoles, demoSlots, recordDemoSlots } from './demo-lecture-files.ts';
import { writeDemoEvent } from './demo-lecture-google.ts';
import { demoLecturePicture } from './demo-lecture-pictures.ts';
import { takePicture } from './take-picture.ts';
import type { Stack } from './up.ts';

export interface LectureStageSpec {
  stack: Stack;
  config: Config;
  catalog: Catalog;
  slotSeconds: number;
  note: (line: string) => void;
  signal: AbortSignal;
}

export interface LectureStage {
  room: string;
  name: string;
  /** The lecture: it begins inside the first slot and ends inside the last one. */
  startAt: string;
  endAt: string;
  google: StandInDocument;
  eventId: string;
}

const room = 'demo-room';
const name = 'Linear algebra, lecture 1';

/** Makes everything that a lecture needs, as if it had just ended. @throws Fault */
export async function setLectureStage(spec: LectureStageSpec): Promise<LectureStage> {
  const { stack, config, catalog, slotSeconds, note, signal } = spec;
  const { google } = stack.document;
  if (!google)
    throw new Fault('ConfigInvalid', 'The lecture demo needs a stack with the stand-in for Google.');
  const startMs = firstSlotMs(slotSeconds);
  const files = {
    ...{ run: stack.run, ffmpegPath: config.tools.ffmpeg, fontFile: await findDemoFont(), signal },
    ...{ directory: join(config.dataDir, 'recorder'), startUnix: startMs / 1000, slotSeconds },
  };
  const count = await recordDemoSlots(files);
  note(
    `${count} files of ${slotSeconds} s recorded in ${files.directory}; the lecturer’s third one is missing.`,
  );
  await furnishRoom(catalog, { google, slotSeconds, directory: files.directory });
  const card = demoFile(files, { role: 'screen', slot: 1 });
  const pixels = await takePicture({ config, path: card, atSeconds: slotSeconds / 2, signal });
  await storeBlank(catalog, { pixels, room });
  note(`Room ${room} has three sources, and knows how its screen looks without a signal.`);
  const startAt = isoFromMs(startMs + (slotSeconds / 4) * 1000);
  const endAt = isoFromMs(startMs + (demoSlots.length - 1 / 4) * slotSeconds * 1000);
  const eventId = await writeDemoEvent(google, { name, startAt, endAt });
  return { room, name, startAt, endAt, google, eventId };
}

/** All slots lie in the past, and none in two days. */
function firstSlotMs(slotSeconds: number): number {
  const slotMs = slotSeconds * 1000;
  const dayMs = 86_400_000;
  const lengthMs = demoSlots.length * slotMs;
  const latestMs = Date.now() - lengthMs;
  const midnightMs = Math.floor(latestMs / dayMs) * dayMs;
  const lastMs = dayMs - lengthMs;
  return midnightMs + Math.floor(Math.min(latestMs - midnightMs, lastMs) / slotMs) * slotMs;
}

async function furnishRoom(
  catalog: Catalog,
  { google, slotSeconds, directory }: { google: StandInDocument; slotSeconds: number; directory: string },
): Promise<void> {
  const { width, height, framesPerSecond } = demoLecturePicture;
  await putRoom(catalog, {
    ...{ id: room, name: 'Demo room', timeZone: 'UTC', slotSeconds },
    ...{ folderId: google.folderId, calendarId: google.calendarId, intake: false },
    ...{ readyAfterSeconds: 0, secondTryAfterSeconds: 0 },
    ...{ paneWidth: width, paneHeight: height, frameRate: framesPerSecond },
  });
  const known = new Set((await catalog.rooms.require(room)).sources.map(({ role }) => role));
  for (const role of demoRoles) {
    if (known.has(role)) continue;
    const archive = { kind: 'file', url: demoArchiveUrl(directory, role) };
    await addRoomSource(catalog, { room, role, archive });
  }
}
