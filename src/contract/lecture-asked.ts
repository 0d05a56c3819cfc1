// Answers of the commands that speak to lectures and prepare them.
import { z } from 'zod';

/** Answer of retry, render, change, cancel and start. */
export const lectureAsked = z.strictObject({
  id: z.string(),
  asked: z.enum(['retry', 'render', 'change', 'cancel', 'start']),
  workflowId: z.string(),
});
export type LectureAsked = z.output<typeof lectureAsked>;

/** A stored picture of a screen without a signal. */
export const blankPicture = z.strictObject({
  id: z.string(),
  room: z.string().optional().describe('Absent: serves every room.'),
  createdAt: z.iso.datetime({ offset: true }),
});
export type BlankPicture = z.output<typeof blankPicture>;
export const blankPictureList = z.array(blankPicture);
export const blankPictureRemoved = z.strictObject({ id: z.string(), removed: z.boolean() });

/** Answer of `room import-nvr`. */
export const nvrImported = z.strictObject({
  rooms: z.int(),
  cameras: z.int(),
  lectures: z.int(),
  skipped: z
    .array(z.strictObject({ table: z.string(), id: z.string(), reason: z.string() }))
    .describe('Rows that could not be taken over; the others were.'),
});
