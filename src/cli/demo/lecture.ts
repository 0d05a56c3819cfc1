// `longtake demo --lecture`: the stack with the stand-in for Google, a recorded room, one lecture, and what became of it.
import { openTemporal } from '../../client/connect.ts';
import { lectureDocumentOf } from '../../client/lecture-documents.ts';
import { requestLecture } from '../../client/lecture.ts';
import { exitCodes, type ExitCode } from '../../contract/exit-codes.ts';
import { lectureWorkflowId } from '../../contract/ids.ts';
import { Fault } from '../../domain/fault.ts';
import { lookAtGoogle, type SeenAtGoogle } from '../../embedded/demo-lecture-google.ts';
import { lectureDoubts } from '../../embedded/demo-lecture-show.ts';
import { setLectureStage, type LectureStage } from '../../embedded/demo-lecture.ts';
import type { Stack } from '../../embedded/up.ts';
import { followLecture } from '../lecture/follow.ts';
import { printLecture } from '../lecture/show.ts';
import { renderTable } from '../output/table.ts';
import type { Invocation } from '../perform.ts';
import { numberOf } from '../plan/request.ts';
import { withCatalog, type Session } from '../session.ts';

export interface LectureDemo {
  /** With `--data` of the stack, which its other commands go by. */
  invocation: Invocation;
  stack: Stack;
  slotSeconds: number;
  note: (line: string) => void;
}

/** 0 when the lecture came to what was recorded, missing file included. */
export const runLectureDemo = ({ invocation, stack, slotSeconds, note }: LectureDemo): Promise<ExitCode> =>
  withCatalog(invocation, async (session) => {
    const { catalog, config, signal, terminal } = session;
    const stage = await setLectureStage({ stack, config, catalog, slotSeconds, note, signal });
    const id = await followRequest(session, { stack, stage, note });
    if (id === undefined) return exitCodes.gapsOrFailures;
    await printLecture(session, id);
    const seen = await lookAtGoogle(stage.google, stage.eventId);
    if (!session.json) terminal.out(googleText(stack, seen));
    const doubts = lectureDoubts(await lectureDocumentOf(catalog, id), seen);
    for (const doubt of doubts) terminal.err(`Not as expected: ${doubt}.`);
    return doubts.length === 0 ? exitCodes.done : exitCodes.gapsOrFailures;
  });

/** The lecture's id when it has ended; undefined when Ctrl-C stopped the watching. */
async function followRequest(
  session: Session,
  { stack, stage, note }: Pick<LectureDemo, 'stack' | 'note'> & { stage: LectureStage },
): Promise<string | undefined> {
  const { catalog, config } = session;
  const { room, name, startAt, endAt, google, eventId } = stage;
  const { temporalAddress, uiUrl } = stack.document;
  const temporal = await openTemporal({ ...config.temporal, address: temporalAddress });
  try {
    const { id } = await requestLecture(
      { catalog, client: temporal.client },
      {
        ...{ room, hours: { startAt, endAt }, event: { calendarId: google.calendarId, eventId } },
        spec: { name, courses: [google.courseCode], source: 'cli' },
      },
    );
    note(`Lecture ${id} from ${startAt} to ${endAt} requested.`);
    note(`Watch it: ${uiUrl}/namespaces/default/workflows/${encodeURIComponent(lectureWorkflowId(id))}`);
    return (await followLecture(session, { id, temporal })) ? id : undefined;
  } finally {
    await temporal.close();
  }
}

function googleText({ document }: Stack, { attachments, posts }: SeenAtGoogle): string {
  const rows = [
    ...attachments.map(({ title, url }) => ['event', title, url]),
    ...posts.map(({ text, state, url }) => ['course', `${state.toLowerCase()}: ${text.split('\n')[0]}`, url]),
  ];
  return `\n${renderTable(['at Google', '', ''], rows)}\n\nAddresses at Google lead nowhere: what was uploaded lies in ${document.dataDir}/google/files.\nWeb UI: ${document.uiUrl}`;
}

/** @throws Fault InputInvalid */
export function slotSecondsOf({ flags }: Pick<Invocation, 'flags'>): number {
  const problems: string[] = [];
  const seconds = numberOf({ flags, name: 'slotSeconds', problems }) ?? 20;
  if (problems.length > 0 || !Number.isInteger(seconds) || seconds < 12 || seconds > 1800 || 86_400 % seconds)
    throw new Fault(
      'InputInvalid',
      '--slot-seconds takes a number from 12 to 1800 that divides a day, such as 20.',
    );
  return seconds;
}
