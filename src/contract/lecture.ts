// The door of the lecture capability: requests and documents as zod schemas; flags, JSON and reference are made from them.
import { z } from 'zod';
import { layoutNames } from '../domain/lecture-layout.ts';
import { leftChoices, rightChoices } from '../domain/pane-choice.ts';
import { cameraId } from './camera.ts';
import { highestSlot, lectureFileRoles, publicationKinds, publicationStates } from './lecture-messages.ts';
import { lectureStates } from '../domain/lecture-states.ts';

const instant = z.iso.datetime({ offset: true });

/** A lecture’s name may hold anything a calendar holds; what stands in a file name is made from it. */
export const lectureName = z
  .string()
  .trim()
  .min(1)
  .max(1000)
  .regex(/^[^\p{Cc}]*$/u, 'no control characters or line breaks')
  .refine((text) => text.isWellFormed(), 'well-formed Unicode');

const mail = z
  .string()
  .trim()
  .max(254)
  .regex(/^[^\s@,;<>]+@[^\s@,;<>]+$/, 'a mail address');

export const courseCode = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]+$/u, 'no control characters');

export const lectureEvent = z.strictObject({
  calendarId: z.string().min(1).max(300),
  eventId: z.string().min(1).max(1024),
});
export type LectureEvent = z.output<typeof lectureEvent>;

/** What is known of a lecture besides its room and hours. */
export const lectureSpec = z.strictObject({
  name: lectureName,
  users: z
    .array(mail)
    .max(50)
    .default([])
    .describe('Who asked for it: told when it is ready, and given access when the room shares with users.'),
  courses: z.array(courseCode).max(20).default([]).describe('Classroom courses by code, alias or id.'),
  right: z
    .enum(['auto', 'screen', 'board'])
    .default('auto')
    .describe('Right pane: auto is the screen unless it is blank, else the board.'),
  layout: z.enum(layoutNames).optional().describe('Over the room’s own.'),
  overrides: z
    .array(z.strictObject({ slot: z.int().min(0).max(highestSlot), right: z.enum(rightChoices) }))
    .default([])
    .describe('Right panes chosen by a person.'),
  source: z.enum(['cli', 'api', 'calendar']).default('cli'),
  calendar: z
    .strictObject({
      startAt: instant,
      endAt: instant,
      name: lectureName,
      courses: z.array(courseCode).max(20),
      cancelled: z.literal(true).optional(),
    })
    .optional()
    .describe('What its event said last: a person’s changes stay until the event says something else.'),
});
export type LectureSpec = z.output<typeof lectureSpec>;

/** A lecture asked for in instants; the CLI makes them of the room’s local time. */
export const lectureRequest = z
  .strictObject({
    room: cameraId,
    startAt: instant,
    endAt: instant,
    event: lectureEvent.optional(),
    spec: lectureSpec,
  })
  .refine(({ startAt, endAt }) => Date.parse(endAt) > Date.parse(startAt), 'the end lies after the start')
  .refine(({ startAt, endAt }) => Date.parse(endAt) - Date.parse(startAt) <= 86_400_000, 'a day at most');
export type LectureRequest = z.input<typeof lectureRequest>;

/** `joined`: there was one with this room, start and end, or this event: nothing second was made. */
export const lectureAdded = z.strictObject({
  id: z.string(),
  workflowId: z.string(),
  joined: z.boolean(),
  tookEvent: z
    .literal(true)
    .optional()
    .describe('The one that was there had no event: it has this one now, and its video is attached there.'),
});

const lectureFile = z.strictObject({
  role: z.enum(lectureFileRoles),
  path: z.string(),
  sizeBytes: z.int(),
  sha256: z.string(),
  durationSeconds: z.number().optional(),
});

export const publication = z.strictObject({
  kind: z.enum(publicationKinds),
  target: z
    .string()
    .describe(
      'drive: role of the file; export: name of the target; calendar: the event; else the course or webhook.',
    ),
  state: z.enum(publicationStates),
  externalId: z.string().optional(),
  url: z.string().optional(),
  reason: z.string().optional(),
});

export const lectureDocument = z.strictObject({
  id: z.string(),
  room: z.string(),
  startAt: instant,
  endAt: instant,
  event: lectureEvent.optional(),
  state: z.enum(lectureStates),
  reason: z.string().optional().describe('What it waits for, or why it ended so.'),
  missingSeconds: z.number().describe('Seconds of the lecture for which no lecturer was recorded.'),
  spec: lectureSpec,
  slots: z.array(
    z.strictObject({
      index: z.int(),
      startAt: instant,
      endAt: instant,
      left: z.enum(leftChoices),
      right: z.enum(rightChoices),
      reason: z.string(),
      screenBlankShare: z.number().optional(),
      noSignalDistance: z.number().optional(),
    }),
  ),
  files: z.array(lectureFile),
  publications: z.array(publication),
  driveUrl: z.string().optional(),
  createdAt: instant,
  updatedAt: instant,
});
export type LectureDocument = z.output<typeof lectureDocument>;

export const lectureSummary = lectureDocument.pick({
  id: true,
  room: true,
  startAt: true,
  endAt: true,
  state: true,
  reason: true,
  missingSeconds: true,
  driveUrl: true,
});
export const lectureList = z.array(lectureSummary.extend({ name: z.string() }));
