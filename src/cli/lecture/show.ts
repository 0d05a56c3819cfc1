// `lecture show` and `list`: documents from the catalog, as JSON or as tables in the room's time.
import { lectureDocumentOf, lectureListOf } from '../../client/lecture-documents.ts';
import type { LectureState } from '../../domain/lecture-states.ts';
import type { lectureDocument, LectureDocument, lectureList } from '../../contract/lecture.ts';
import { localParts, windowOnDate } from '../../domain/calendar.ts';
import { Fault } from '../../domain/fault.ts';
import { printJson } from '../output/json.ts';
import { humanBytes, humanSeconds, renderTable } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import type { Invocation } from '../perform.ts';
import { numberOf } from '../plan/request.ts';
import { withCatalog, type Session } from '../session.ts';

export const showLecture = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, (session) => printLecture(session, session.args[0] ?? ''));

/** The lecture as it stands in the catalog: a document with --json, tables without. */
export async function printLecture(
  { terminal, json, catalog }: Pick<Session, 'terminal' | 'json' | 'catalog'>,
  id: string,
): Promise<void> {
  const lecture = await lectureDocumentOf(catalog, id);
  if (json) return printJson<typeof lectureDocument>(terminal, lecture);
  const { state, reason, room, spec, startAt, endAt } = lecture;
  const roomSpec = (await catalog.rooms.get(room))?.spec;
  const timeZone = roomSpec?.timeZone ?? 'UTC';
  terminal.out(`Lecture ${id}: ${state}`);
  terminal.out(`${spec.name}; room ${room}, ${hoursText({ startAt, endAt, timeZone })} (${timeZone})`);
  if (reason !== undefined) terminal.out(reason);
  if (lecture.missingSeconds > 0) terminal.out(missingText(lecture, roomSpec?.waitForMissingSeconds));
  printSlots(terminal, { lecture, timeZone });
  printResults(terminal, lecture);
}

/** Why a lecture with something missing is complete all the same. */
function missingText({ missingSeconds, state }: LectureDocument, tolerated: number | undefined): string {
  const isTolerated = state === 'complete' && tolerated !== undefined && missingSeconds <= tolerated;
  const because = isTolerated ? `; the room takes ${humanSeconds(tolerated)} for complete` : '';
  return `No lecturer was recorded for ${humanSeconds(missingSeconds)}${because}.`;
}

function printSlots(
  terminal: Terminal,
  { lecture: { slots }, timeZone }: { lecture: LectureDocument; timeZone: string },
): void {
  if (slots.length === 0) return;
  const rows = slots.map(({ index, startAt, left, right, reason, screenBlankShare }) => {
    const { hh, mm, ss } = localParts(Date.parse(startAt), timeZone);
    const blank = screenBlankShare === undefined ? '' : screenBlankShare.toFixed(2);
    return [index, ss === '00' ? `${hh}:${mm}` : `${hh}:${mm}:${ss}`, left, right, blank, reason];
  });
  terminal.out(`\n${renderTable(['slot', 'from', 'left', 'right', 'blank', 'why'], rows)}`);
}

function printResults(terminal: Terminal, { files, publications }: LectureDocument): void {
  if (files.length > 0) {
    const rows = files.map(({ role, path, sizeBytes, durationSeconds }) => [
      ...[role, humanBytes(sizeBytes)],
      durationSeconds === undefined ? '' : humanSeconds(durationSeconds),
      path,
    ]);
    terminal.out(`\n${renderTable(['file', 'size', 'length', 'path'], rows)}`);
  }
  if (publications.length === 0) return;
  const rows = publications.map(({ kind, target, state, url, reason }) => [
    ...[kind, target, state],
    reason ?? url ?? '',
  ]);
  terminal.out(`\n${renderTable(['place', 'target', 'state', ''], rows)}`);
}

export const listLectures = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async (session) => {
    const { terminal, json, catalog } = session;
    const lectures = await lectureListOf(catalog, await choiceOf(session));
    if (json) return printJson<typeof lectureList>(terminal, lectures);
    if (lectures.length === 0)
      return terminal.out('No lectures. Ask for one: longtake lecture request --help');
    const zones = new Map((await catalog.rooms.list()).map(({ id, spec }) => [id, spec.timeZone]));
    terminal.out(
      renderTable(
        ['id', 'room', 'when', 'state', 'missing', 'name', ''],
        lectures.map(({ id, room, startAt, endAt, state, missingSeconds, name, reason, driveUrl }) => [
          ...[id, room, hoursText({ startAt, endAt, timeZone: zones.get(room) ?? 'UTC' }), state],
          ...[missingSeconds > 0 ? humanSeconds(missingSeconds) : '', name, reason ?? driveUrl ?? ''],
        ]),
      ),
    );
  });

async function choiceOf({ flags, catalog }: Session) {
  const problems: string[] = [];
  const limit = numberOf({ flags, name: 'limit', problems });
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 1))
    problems.push('--limit takes a whole number, at least 1.');
  if (problems.length > 0) throw new Fault('InputInvalid', problems.join('\n'));
  const room = typeof flags['room'] === 'string' ? flags['room'] : undefined;
  const timeZone = room === undefined ? 'UTC' : await zoneOf({ catalog }, room);
  const day = (flag: unknown) =>
    typeof flag === 'string'
      ? windowOnDate({ date: flag, window: { startSecond: 0, endSecond: 86_400 }, timeZone })
      : undefined;
  return {
    room,
    state: flags['state'] as LectureState | undefined,
    fromMs: day(flags['from'])?.startMs,
    toMs: day(flags['to'])?.endMs,
    limit,
  };
}

/** A room may be gone while its lectures stay; their hours are shown in UTC then. */
const zoneOf = async ({ catalog }: Pick<Session, 'catalog'>, room: string): Promise<string> =>
  (await catalog.rooms.get(room))?.spec.timeZone ?? 'UTC';

/** `2026-09-14 10:10–11:40`, with the day of the end where it is another one. */
export function hoursText(at: { startAt: string; endAt: string; timeZone: string }): string {
  const start = localParts(Date.parse(at.startAt), at.timeZone);
  const end = localParts(Date.parse(at.endAt), at.timeZone);
  const endDay = end.date === start.date ? '' : `${end.date} `;
  return `${start.date} ${start.hh}:${start.mm}–${endDay}${end.hh}:${end.mm}`;
}
