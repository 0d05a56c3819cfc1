// From the flags of `room add` to the fields that were given; an empty text takes a field away.
import { resolve } from 'node:path';
import type { RoomFields } from '../../client/room.ts';
import { Fault } from '../../domain/fault.ts';
import type { Flags } from '../perform.ts';
import { numberOf } from '../plan/request.ts';

/** Flags whose values are fields as they stand. */
const plain = {
  name: 'name',
  timeZone: 'timeZone',
  folder: 'folderId',
  calendar: 'calendarId',
  layout: 'layout',
  intake: 'intake',
  undoCancelled: 'undoCancelled',
  attach: 'attach',
  classroom: 'classroom',
  keepFiles: 'keepFiles',
} as const;

const numbers = [
  'slotSeconds',
  'readyAfterSeconds',
  'secondTryAfterSeconds',
  'waitForMissingSeconds',
  'frameRate',
] as const;

/** @throws Fault InputInvalid that names every wrong flag */
export function roomFieldsOf(id: string, flags: Flags): RoomFields {
  const problems: string[] = [];
  const fields: Record<string, unknown> = {};
  for (const [flag, field] of Object.entries(plain))
    if (flags[flag] !== undefined) fields[field] = flags[flag] === '' ? undefined : flags[flag];
  for (const name of numbers) {
    const value = numberOf({ flags, name, problems });
    if (value !== undefined) fields[name] = value;
  }
  if (typeof flags['feed'] === 'string') fields['calendarFeed'] = feedOf(flags['feed']);
  if (typeof flags['exports'] === 'string') fields['exports'] = listOf(flags['exports']);
  if (typeof flags['share'] === 'string') fields['share'] = shareOf(flags['share'], problems);
  if (typeof flags['pane'] === 'string') Object.assign(fields, paneOf(flags['pane'], problems));
  if (problems.length > 0) throw new Fault('InputInvalid', problems.join('\n'));
  return { id, ...fields };
}

const feedOf = (text: string): string | undefined => {
  if (text === '') return undefined;
  return /^[a-z]+:/i.test(text) ? text : resolve(text);
};

function shareOf(text: string, problems: string[]): { kind: string; domain?: string } | undefined {
  const [kind = '', domain] = text.split(':', 2);
  if (kind === 'domain' && domain) return { kind, domain };
  if (['none', 'users', 'anyone'].includes(kind) && domain === undefined) return { kind };
  problems.push(`--share takes none, users, domain:NAME or anyone, not “${text}”.`);
  return undefined;
}

function paneOf(text: string, problems: string[]): { paneWidth?: number; paneHeight?: number } {
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(text) ?? [];
  if (width !== undefined && height !== undefined)
    return { paneWidth: Number(width), paneHeight: Number(height) };
  problems.push(`--pane takes WIDTHxHEIGHT such as 1280x720, not “${text}”.`);
  return {};
}

/** The parts of a comma-separated list that are not empty. */
export const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
