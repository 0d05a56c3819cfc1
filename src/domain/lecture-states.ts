// The states of a lecture, and which of them are its end.

/** `waiting`: for the files of its slots; `incomplete`: published, but pictures are missing or a place refused it. */
export const lectureStates = [
  'pending',
  'waiting',
  'preparing',
  'composing',
  'uploading',
  'attaching',
  'complete',
  'incomplete',
  'failed',
  'cancelled',
] as const;
export type LectureState = (typeof lectureStates)[number];

/** Ended; a repeat begins it anew. `incomplete` and `failed` keep what a repeat needs for a day. */
export const isLectureOver = (state: LectureState): boolean =>
  state === 'complete' || state === 'incomplete' || state === 'failed' || state === 'cancelled';
