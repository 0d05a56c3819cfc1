// Two slots of ten seconds as a recorder left them, made once: noise for the lecturer, so that the video is as large as its length allows, slides for the screen.
import { mkdir } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { SourceRole } from '../../../../src/contract/lecture-messages.ts';
import { makeClip } from '../../../fakes/clips.ts';

export const firstSlotMs = Date.parse('2026-01-05T10:00:00Z');
export const slotSeconds = 10;
/** Of the lecture: both slots, and neither whole. */
export const hours = {
  startAt: new Date(firstSlotMs + 2000).toISOString(),
  endAt: new Date(firstSlotMs + 18_000).toISOString(),
};
export const localDate = '2026-01-05';
export const slots = 2;
export const roles: readonly SourceRole[] = ['lecturer', 'screen'];

export interface RecordedFiles {
  /** Archive of the camera in a role, in whatever room. */
  archiveUrl(role: SourceRole): string;
}

export async function recordFiles(dir: string): Promise<RecordedFiles> {
  await mkdir(dir, { recursive: true });
  const looks = {
    lecturer: { pattern: 'testsrc2', videoFilter: 'noise=alls=100:allf=t', size: '160x120', fps: 10 },
    screen: { pattern: 'testsrc', size: '160x90', fps: 5, audio: false },
  };
  const clips = Object.entries(looks).flatMap(([role, look]) =>
    Array.from({ length: slots }, (_, slot) =>
      makeClip({
        dir,
        name: `${role}_${firstSlotMs / 1000 + slot * slotSeconds}`,
        seconds: slotSeconds,
        ...look,
      }),
    ),
  );
  await Promise.all(clips);
  return { archiveUrl: (role) => `${pathToFileURL(dir).href}/${role}_{startUnix}.mp4` };
}
