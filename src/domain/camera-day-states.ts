// The states of a camera-day, as operators see them.

/** `incomplete`: gaps remain, within what the plan tolerates; `refused`: the merge was refused; `failed`: a step gave up. */
export const cameraDayStates = [
  'pending',
  'running',
  'complete',
  'incomplete',
  'refused',
  'failed',
  'cancelled',
] as const;
export type CameraDayState = (typeof cameraDayStates)[number];
