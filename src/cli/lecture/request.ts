// `lecture request`: from flags to a lecture that runs, or to the one that was there.
import { openTemporal } from '../../client/connect.ts';
import { type LectureAsk, requestLecture as request } from '../../client/lecture.ts';
import { exitCodes, type ExitCode } from '../../contract/exit-codes.ts';
import type { lectureAdded } from '../../contract/lecture.ts';
import { Fault } from '../../domain/fault.ts';
import { printJson } from '../output/json.ts';
import type { Flags, Invocation } from '../perform.ts';
import { withCatalog } from '../session.ts';
import { followLecture, printEnd } from './follow.ts';

export async function requestLecture(invocation: Invocation): Promise<ExitCode> {
  const ask = askOf(invocation.flags);
  return withCatalog(invocation, async (session) => {
    const { terminal, json, flags, catalog, config } = session;
    const temporal = await openTemporal(config.temporal);
    try {
      const { client } = temporal;
      const added = await request({ catalog, client }, ask);
      if (!json) terminal.out(`Lecture ${added.id} ${added.joined ? 'was asked for already' : 'added'}.`);
      if (!json && added.tookEvent) terminal.out('It had no event: the video is attached to this one.');
      if (flags['wait'] === true) {
        const ended = await followLecture(session, { id: added.id, temporal });
        return ended ? await printEnd(session, added.id) : exitCodes.gapsOrFailures;
      }
      if (json) printJson<typeof lectureAdded>(terminal, added);
      else terminal.out(`Follow it with: longtake lecture watch ${added.id}`);
      return exitCodes.done;
    } finally {
      await temporal.close();
    }
  });
}

/** Flags that commander insists on are texts here. */
function askOf(flags: Flags): LectureAsk {
  const text = (name: string): string => String(flags[name]);
  const { endDate, layout, right } = flags as { layout?: LectureAsk['spec']['layout'] } & Flags;
  const event = eventOf(flags['event']);
  return {
    room: text('room'),
    hours: {
      date: text('date'),
      start: text('start'),
      end: text('end'),
      ...(typeof endDate === 'string' ? { endDate } : {}),
    },
    ...(event ? { event } : {}),
    spec: {
      name: text('name'),
      users: textsOf(flags['user']).flatMap((part) => part.split(',').filter((mail) => mail.trim() !== '')),
      courses: textsOf(flags['course']),
      ...(right === undefined ? {} : { right: right as 'auto' | 'screen' | 'board' }),
      ...(layout === undefined ? {} : { layout }),
      source: 'cli',
    },
  };
}

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** Ids of events hold no slash; calendars’ ids do not either. */
function eventOf(value: unknown): { calendarId: string; eventId: string } | undefined {
  if (value === undefined) return undefined;
  const [, calendarId, eventId] = (typeof value === 'string' && /^([^/]+)\/([^/]+)$/.exec(value)) || [];
  if (calendarId !== undefined && eventId !== undefined) return { calendarId, eventId };
  throw new Fault('InputInvalid', `--event takes CALENDAR/ID, not ${JSON.stringify(value)}.`);
}
