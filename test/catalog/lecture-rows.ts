// Rooms and lectures that tests put into catalogs.
import type { NewLecture } from '../../src/catalog/lecture-types.ts';
import { lectureSpec } from '../../src/contract/lecture.ts';
import { roomFields, type RoomSpec } from '../../src/contract/room.ts';

export const roomSpec = (id: string, more: Record<string, unknown> = {}): RoomSpec =>
  roomFields.parse({ id, timeZone: 'Europe/Moscow', ...more });

export const hourMs = 3_600_000;
const startMs = Date.UTC(2026, 8, 14, 6);

export const newLecture = (id: string, more: Partial<NewLecture> = {}): NewLecture => ({
  id,
  roomId: '504',
  startMs,
  endMs: startMs + 2 * hourMs,
  spec: lectureSpec.parse({ name: 'Матанализ: «ряды» 🎓' }),
  ...more,
});

export const event = (eventId: string) => ({ calendarId: 'c_504@group.calendar.google.com', eventId });
