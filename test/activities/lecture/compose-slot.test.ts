// What a slot's composition is asked for: files on the clock of the lecture's grid, not on that of the cut.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { composeSlot } from '../../../src/activities/lecture/compose-slot.ts';
import type { LectureDeps } from '../../../src/activities/lecture/lecture-deps.ts';
import { lectureSpec } from '../../../src/contract/lecture.ts';
import { roomFields } from '../../../src/contract/room.ts';
import type { ComposeSlotSpec } from '../../../src/media/lecture/compose-slot.ts';
import { tempDir } from '../../setup/temp-dir.ts';
import { inActivity } from '../in-activity.ts';

const startMs = Date.parse('2026-09-14T07:10:00.000Z');
const slotBeginMs = startMs + 1_800_010;

/** A room of one camera whose file begins with the second slot; the grid's next picture is 30 ms later, its next sample at once. */
function stage(dir: string, asked: ComposeSlotSpec[]): LectureDeps {
  const room = roomFields.parse({ id: 'A101', name: 'Room 101', timeZone: 'UTC', frameRate: 25 });
  const scan = {
    container: 'mp4',
    covered: [{ startMs: slotBeginMs, endMs: slotBeginMs + 60_000 }],
    firstPtsSeconds: 2,
    audio: { present: true },
  };
  const deps = {
    catalog: {
      lectures: {
        require: async () => ({ roomId: 'A101', startMs, spec: lectureSpec.parse({ name: 'Graphs' }) }),
      },
      rooms: { require: async () => ({ spec: room, sources: [{ role: 'lecturer', camera: 'cam' }] }) },
      segments: { get: async () => ({ path: 'cam.mp4', host: null, attempts: 1 }) },
    },
    storage: {
      mediaRoot: dir,
      partialDir: async () => dir,
      attemptDir: async () => dir,
      resolve: (path: string) => join(dir, path),
      fileExists: async () => true,
      readGapReport: async () => undefined,
      hashFile: async () => ({ sizeBytes: 1, sha256: 'ab' }),
    },
    scanner: { scanSegment: async () => scan },
    settings: { host: 'here', stallSeconds: { media: 60 } },
    faultPoint: async () => undefined,
    lecture: {
      settings: { encoder: 'software' },
      media: {
        composeSlot: async (spec: ComposeSlotSpec) => {
          asked.push(spec);
          await writeFile(spec.outPath, '');
        },
      },
    },
  };
  return deps as unknown as LectureDeps;
}

it('a slot that begins between two frames shows the time of its first frame, and sounds from its first sample', async () => {
  await using dir = await tempDir();
  const asked: ComposeSlotSpec[] = [];
  const at = (ms: number): string => new Date(ms).toISOString();
  const request = {
    lectureId: 'l-1',
    slot: { index: 1, startUnix: 0, seconds: 60, fromAt: at(slotBeginMs), toAt: at(slotBeginMs + 60_000) },
    choice: { index: 1, left: 'lecturer', right: 'none', reason: '' },
  } as const;
  const { frames } = await inActivity(() => composeSlot(stage(dir.path, asked), request)).ended;
  expect(frames).toBe(1500);
  const left = asked[0]!.left as { shiftSeconds: number };
  expect(left.shiftSeconds).toBeCloseTo(-2.03, 6);
  expect(asked[0]!.sound!.shiftSeconds).toBeCloseTo(-2, 6);
});
