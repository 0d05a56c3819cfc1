// Names of what a lecture leaves behind: its files, and the directory that they stand in.
import { slugOf } from './slug.ts';

export interface LectureFileNames {
  main: string;
  backup: string;
  poster: string;
  thumbnails: string;
}

/**
 * `<event>_<HH-MM>_<HH-MM>.mp4` and its companions: one path segment each, at most 160 bytes, for any name at all; two names never give
 * the same. Source: NVR Merger's `{event}_{HH:MM}_{HH:MM}.mp4`, without the colons that no Windows disk takes.
 * @param lecture name as the calendar has it; start and end on the room's clock, `HH:MM`; date YYYY-MM-DD
 */
export function lectureFileNames(lecture: {
  name: string;
  startLocal: string;
  endLocal: string;
  date: string;
}): LectureFileNames {
  const hours = [lecture.startLocal, lecture.endLocal].map((clock) => clock.replace(':', '-'));
  const stem = [eventSlug(lecture), ...hours].join('_');
  return {
    main: `${stem}.mp4`,
    backup: `${stem}_backup.mp4`,
    poster: `${stem}_poster.jpg`,
    thumbnails: `${stem}_thumbnails.jpg`,
  };
}

/** Relative to the media root: `lectures/<room>/<date>/<file>`. @param file date YYYY-MM-DD on the room's clock */
export function lecturePath(file: { roomId: string; date: string; fileName: string }): string {
  return `lectures/${slugOf(file.roomId)}/${file.date}/${file.fileName}`;
}

/**
 * Spaces become `_`. A name that has a `_` of its own could then stand for another one, so like every name that is no plain slug it gets
 * the hash of what it was; one of which nothing is left but that says which day it was.
 */
function eventSlug({ name, date }: { name: string; date: string }): string {
  if (slugOf(name) === name && !name.includes('_')) return name.replaceAll(' ', '_');
  const slug = slugOf(`${name}/`).replace(/[ _]+/g, '_');
  return slug.replace(/^x(?=-[0-9a-f]{16}$)/, `lecture-${date}`);
}
