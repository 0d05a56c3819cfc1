// The door of the plan capability: requests and documents as zod schemas; flags, JSON and reference are made from them.
import { z } from 'zod';
import { cameraDayStates } from '../domain/camera-day-states.ts';
import { planStates } from './plan-messages.ts';

const date = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'a date as YYYY-MM-DD')
  .refine(
    (text) =>
      !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) &&
      new Date(`${text}T00:00:00Z`).toISOString().startsWith(text),
    'a day that exists',
  )
  .describe('A day in each camera’s own time zone, YYYY-MM-DD.');

/** Whether `08:00-08:00` means nothing or a day is anybody's guess. */
function hasTwoEnds(window: string): boolean {
  const [start, end] = window.split('-').map((time) => time.padEnd(8, ':00'));
  return start !== end;
}

const localWindow = z
  .string()
  .regex(
    /^([01]\d|2[0-4]):[0-5]\d(:[0-5]\d)?-([01]\d|2[0-4]):[0-5]\d(:[0-5]\d)?$/,
    'a window as HH:MM-HH:MM or HH:MM:SS-HH:MM:SS',
  )
  .refine(hasTwoEnds, 'a window with two different ends: a whole day is 00:00-24:00')
  .describe(
    'Local wall-clock window, end exclusive; an end before the start lies on the next day. A whole day is 00:00-24:00.',
  );

const instant = z.iso.datetime({ offset: true });

/** Which cameras a plan takes: exactly one of the four ways. */
export const cameraSelection = z.union([
  z.strictObject({ ids: z.array(z.string().min(1).max(120)).min(1).max(100_000) }),
  z.strictObject({
    region: z.string().min(1).max(120),
    stations: z.strictObject({ first: z.string().max(120), last: z.string().max(120) }).optional(),
  }),
  z.strictObject({ tag: z.string().min(1).max(120) }),
  z.strictObject({ all: z.literal(true) }),
]);
export type CameraSelection = z.infer<typeof cameraSelection>;

export const planRequest = z.strictObject({
  date,
  toDate: date.optional().describe('Repeats the window on every day up to this one, inclusive.'),
  window: localWindow,
  cameras: cameraSelection,
  steps: z
    .array(z.enum(['download', 'merge', 'export']))
    .min(1)
    .default(['download', 'merge', 'export'])
    .describe('Steps in order; merge needs segments, export needs a merge.'),
  target: z
    .string()
    .max(120)
    .optional()
    .describe('Export target by name; needed when the steps hold export.'),
  gapToleranceSeconds: z
    .int()
    .min(0)
    .max(864_000)
    .default(120)
    .describe('Most missing seconds inside the tolerance window.'),
  toleranceWindow: localWindow
    .default('08:00-20:00')
    .describe('Part of the window in which gaps count against the tolerance.'),
  maxDownloadAttempts: z
    .int()
    .min(1)
    .max(100)
    .default(2)
    .describe('Attempts a segment gets in all, over all runs and plans.'),
  segmentSeconds: z.int().min(1).max(86_400).default(900),
  gapThresholdSeconds: z
    .number()
    .min(0.05)
    .max(3_600)
    .default(2)
    .describe('A hole is counted when it is longer than this.'),
  tolerateIncomplete: z
    .boolean()
    .default(false)
    .describe('Merge though segments still have gaps and attempts left.'),
  gapMode: z
    .enum(['hole', 'slate', 'split'])
    .default('hole')
    .describe('What stands in the merged file where time is missing.'),
  waitForEnd: z.boolean().default(false).describe('Begin only when the whole window is over.'),
  keepSegments: z.boolean().default(true).describe('Keep segment files after a verified merge.'),
  force: z
    .boolean()
    .default(false)
    .describe('Start attempts afresh, redo finished files, and ignore missing free space.'),
  priorityKey: z.int().min(1).max(5).default(4).describe('1 first … 5 last.'),
});
export type PlanRequest = z.input<typeof planRequest>;
/** A plan as it is stored: every default filled in. */
export type PlanSpec = z.output<typeof planRequest>;

export const planAdded = z.strictObject({ id: z.string() });

const gap = z.strictObject({ startAt: instant, endAt: instant });

export const segmentDocument = z.strictObject({
  startAt: instant,
  seconds: z.int(),
  state: z.enum(['pending', 'running', 'complete', 'incomplete', 'failed']),
  missingSeconds: z.number(),
  attempts: z.int(),
  path: z.string().optional(),
  reason: z.string().optional(),
  gaps: z.array(gap),
});
export type SegmentDocument = z.infer<typeof segmentDocument>;

export const cameraDayDocument = z.strictObject({
  camera: z.string(),
  date,
  state: z.enum(cameraDayStates),
  host: z.string().optional(),
  missingSeconds: z.number(),
  toleranceWindowMissingSeconds: z.number(),
  reason: z.string().optional(),
  merged: z.array(z.string()),
  coverage: z.string().optional(),
  exported: z.array(z.string()),
  segments: z.array(segmentDocument),
});
export type CameraDayDocument = z.infer<typeof cameraDayDocument>;

export const planDocument = z.strictObject({
  id: z.string(),
  state: z.enum(planStates),
  createdAt: instant,
  spec: planRequest,
  cameraDays: z.array(cameraDayDocument),
});
export type PlanDocument = z.infer<typeof planDocument>;

export const planSummary = z.strictObject({
  id: z.string(),
  state: z.enum(planStates),
  createdAt: instant,
  date,
  window: z.string(),
  cameraDays: z.int(),
  counts: z.record(z.enum(cameraDayStates), z.int()),
  missingSeconds: z.number(),
});
export const planList = z.array(planSummary);

export const planEstimate = z.strictObject({
  cameras: z.array(
    z.strictObject({
      camera: z.string(),
      clockOffsetSeconds: z
        .number()
        .nullable()
        .describe('How far the archive’s clock is ahead of ours; null when it tells none.'),
    }),
  ),
  cameraDays: z.int(),
  segments: z.int(),
  expectedBytes: z
    .int()
    .describe('From the bit rate of stored segments, else 2 Mbit/s; segments plus merged files.'),
  freeBytes: z
    .int()
    .nullable()
    .describe(
      'Where the media root lies; null when that is on other machines, whose workers wait for space.',
    ),
  fits: z.boolean(),
});
