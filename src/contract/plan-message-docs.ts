// Every message of a plan for people, and what it does. The reference is generated from here.
import type { MessageDoc } from './message-docs.ts';

export type PlanMessageDoc = MessageDoc<'plan' | 'cameraDay'>;

/** Messages that operators send. What workflows send to each other is left out. */
export const planMessageDocs: readonly PlanMessageDoc[] = [
  {
    workflow: 'plan',
    kind: 'signal',
    name: 'pause',
    does: 'Holds the plan and every camera-day in flight: segments under way come to their end, nothing new begins.',
  },
  { workflow: 'plan', kind: 'signal', name: 'resume', does: 'Lets a paused plan go on where it stopped.' },
  {
    workflow: 'plan',
    kind: 'signal',
    name: 'cancel',
    does: 'Ends the plan in order: camera-days in flight stop and clean up, published files stay.',
  },
  {
    workflow: 'plan',
    kind: 'update',
    name: 'setTolerance',
    input: { gapToleranceSeconds: 300 },
    takes: '`gapToleranceSeconds`: whole seconds, 0 or more; anything else is refused and changes nothing.',
    does: 'Changes how many seconds may be missing inside the tolerance window, for this run and all camera-days not merged yet.',
  },
  {
    workflow: 'plan',
    kind: 'update',
    name: 'retryCamera',
    input: { camera: 'cam-1' },
    takes:
      '`camera`: the id of a camera of the plan. Camera-days that are complete or under way are left alone.',
    does: 'Runs all camera-days of one camera again; segments with gaps get their attempts afresh. Answers how many camera-days.',
  },
  {
    workflow: 'plan',
    kind: 'query',
    name: 'progress',
    does: 'Totals: camera-days by state, missing seconds, what is in flight.',
  },
  {
    workflow: 'plan',
    kind: 'query',
    name: 'camera',
    input: { camera: 'cam-1' },
    takes: '`camera`: the id of a camera of the plan.',
    does: 'Where a camera in flight is followed: the workflow id of its camera-day.',
  },
  {
    workflow: 'cameraDay',
    kind: 'signal',
    name: 'pause',
    does: 'Holds this camera-day alone: segments under way come to their end, nothing new begins.',
  },
  {
    workflow: 'cameraDay',
    kind: 'signal',
    name: 'resume',
    does: 'Lets this camera-day go on. Resuming a plan that is paused resumes it too.',
  },
  {
    workflow: 'cameraDay',
    kind: 'signal',
    name: 'changeTolerance',
    input: { gapToleranceSeconds: 300 },
    takes: '`gapToleranceSeconds`: whole seconds, 0 or more.',
    does: 'Changes how many seconds may be missing in this camera-day alone, if it is not merged yet.',
  },
  {
    workflow: 'cameraDay',
    kind: 'signal',
    name: 'cancel',
    does: 'Ends this camera-day in order and cleans up; the plan goes on with the others and counts it as cancelled.',
  },
  {
    workflow: 'cameraDay',
    kind: 'query',
    name: 'progress',
    does: 'One camera-day: its step, host, segments done and with gaps, missing seconds.',
  },
];

/** Workflow ids that stand in the lines to copy. */
export const planMessageIds: Readonly<Record<PlanMessageDoc['workflow'], string>> = {
  plan: 'plan/p-20260913-k7x2',
  cameraDay: 'plan/p-20260913-k7x2/camera/cam-1-2026-09-13',
};
