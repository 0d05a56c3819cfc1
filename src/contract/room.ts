// The door of rooms: where lectures are recorded, by which sources, and where what is made of them goes.
import { z } from 'zod';
import { layoutNames } from '../domain/lecture-layout.ts';
import { cameraFields, cameraId } from './camera.ts';
import { sourceRoles } from './lecture-messages.ts';

/** The part of a Drive folder's address after the last slash, or the id alone. */
const folder = z
  .string()
  .trim()
  .max(500)
  .transform((text) =>
    text
      .replace(/[?#].*$/, '')
      .replace(/\/+$/, '')
      .replace(/^.*\//, ''),
  )
  .pipe(z.string().regex(/^[A-Za-z0-9_-]{5,120}$/, 'a Drive folder’s id or its address'));

const calendar = z
  .string()
  .trim()
  .min(3)
  .max(300)
  .regex(/^[^\s\p{Cc}/?#]+$/u, 'a calendar’s id, as its settings show it');

const feed = z
  .string()
  .trim()
  .max(2000)
  .regex(
    /^(?:https?:\/\/[^\s\p{Cc}@]+|\/[^\p{Cc}]+)$/u,
    'an http(s) address without a password, or an absolute path',
  );

const hours = (fallback: number, text: string) =>
  z.number().min(0).max(604_800).default(fallback).describe(text);

export const shareWith = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('users') }),
  z.strictObject({ kind: z.literal('domain'), domain: z.string().regex(/^[a-z0-9.-]{3,253}$/i) }),
  z.strictObject({ kind: z.literal('anyone') }),
]);
export type ShareWith = z.output<typeof shareWith>;

export const roomFields = z.strictObject({
  id: cameraId.describe('Unique name of the room; it stands in file names.'),
  name: cameraFields.shape.name.describe('Display name; the id when absent.'),
  timeZone: cameraFields.shape.timeZone.describe('Zone in which dates and hours of its lectures are meant.'),
  folderId: folder.describe('Drive folder that receives its videos; absent: nothing is uploaded.').optional(),
  calendarId: calendar
    .describe('Google calendar whose events become lectures, and that videos are attached to.')
    .optional(),
  calendarFeed: feed
    .describe('ICS feed, by address or file, whose events become lectures without Google.')
    .optional(),
  intake: z
    .boolean()
    .default(true)
    .describe('False: the calendar is left alone and lectures are requested by hand.'),
  undoCancelled: z
    .boolean()
    .default(false)
    .describe('An event that is cancelled takes back what was published of its lecture.'),
  slotSeconds: z
    .int()
    .min(10)
    .max(14_400)
    .default(1800)
    .describe('Length of the files that its recorder makes.'),
  readyAfterSeconds: hours(
    3600,
    'Wait after the end, rounded up to a slot, before the files are looked for.',
  ),
  waitForMissingSeconds: hours(
    60,
    'When more seconds of the lecturer are missing than this, the second try is waited for, and without them the lecture ends incomplete.',
  ),
  secondTryAfterSeconds: hours(
    10_800,
    'Wait after that end for files that were not there; then it goes on without them.',
  ),
  layout: z.enum(layoutNames).default('side-by-side').describe('How the panes stand.'),
  paneWidth: z.int().min(64).max(3840).multipleOf(2).default(1280),
  paneHeight: z.int().min(64).max(2160).multipleOf(2).default(720),
  frameRate: z.int().min(1).max(120).default(25).describe('Frames a second of the composed video.'),
  share: shareWith
    .default({ kind: 'none' })
    .describe('Who may read the uploaded files; nobody more than the folder says.'),
  attach: z.boolean().default(true).describe('Attach the video to the event it came from.'),
  classroom: z
    .enum(['announcement', 'material', 'none'])
    .default('announcement')
    .describe('What is posted to the courses of a lecture.'),
  exports: z
    .array(z.string().max(120))
    .max(10)
    .default([])
    .describe('Export targets that get the files too.'),
  keepFiles: z
    .enum(['all', 'published', 'none'])
    .default('published')
    .describe(
      'What stays on the host after every place has proved its copy: slots too, the videos, or nothing.',
    ),
});
export type RoomRequest = z.input<typeof roomFields>;
export type RoomSpec = z.output<typeof roomFields>;

/** A source of a room is a camera of the catalog in a role; its archive gives the slots’ files. Several in a role: the first that has a file serves. */
export const roomSource = z.strictObject({ role: z.enum(sourceRoles), camera: cameraId });
export type RoomSource = z.output<typeof roomSource>;

export const roomDocument = z.strictObject({
  ...roomFields.shape,
  folderId: z.string().optional(),
  sources: z.array(roomSource),
  updatedAt: z.iso.datetime({ offset: true }),
});
export type RoomDocument = z.output<typeof roomDocument>;
export const roomList = z.array(roomDocument);
export const roomRemoved = z.strictObject({ id: z.string(), removed: z.boolean() });
