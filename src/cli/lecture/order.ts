// `lecture start`, `change`, `render`, `retry` and `cancel`: words to lectures.
import { openTemporal } from '../../client/connect.ts';
import * as control from '../../client/lecture-control.ts';
import type { HoursChange } from '../../client/lecture-hours.ts';
import type { LectureAsked, lectureAsked } from '../../contract/lecture-asked.ts';
import type { PaneOverride } from '../../contract/lecture-messages.ts';
import { Fault } from '../../domain/fault.ts';
import type { LayoutName } from '../../domain/lecture-layout.ts';
import { printJson } from '../output/json.ts';
import type { Flags, Implementation } from '../perform.ts';
import { withCatalog } from '../session.ts';

interface Order {
  asked: LectureAsked['asked'];
  /** `asked to …` */
  words: string;
  send: (door: control.LectureDoor, id: string) => Promise<string>;
}

const order =
  (orderOf: (flags: Flags) => Order): Implementation =>
  (invocation) => {
    const { asked, words, send } = orderOf(invocation.flags);
    return withCatalog(invocation, async ({ terminal, json, args, catalog, config }) => {
      const [id = ''] = args;
      await catalog.lectures.require(id);
      const temporal = await openTemporal(config.temporal);
      try {
        const workflowId = await send({ catalog, client: temporal.client }, id);
        if (json) return printJson<typeof lectureAsked>(terminal, { id, asked, workflowId });
        terminal.out(`Lecture ${id}: asked to ${words}.`);
      } finally {
        await temporal.close();
      }
    });
  };

export const startLecture = order(() => ({
  asked: 'start',
  words: 'wait no longer',
  send: control.startLectureNow,
}));

export const retryLecture = order(() => ({
  asked: 'retry',
  words: 'try again',
  send: control.retryLecture,
}));

export const cancelLecture = order((flags) => {
  const undo = flags['undo'] === true;
  return {
    asked: 'cancel',
    words: undo ? 'cancel, and to take back what was published' : 'cancel',
    send: (door, id) => control.cancelLecture(door, { id, undo }),
  };
});

export const changeLecture = order((flags) => {
  const facts = changeOf(flags);
  return {
    asked: 'change',
    words: 'follow what was changed',
    send: (door, id) => control.changeLecture(door, { id, ...facts }),
  };
});

function changeOf(flags: Flags): Omit<control.LectureNewFacts, 'id'> {
  const text = (name: string) => (typeof flags[name] === 'string' ? { [name]: flags[name] } : {});
  const hours: HoursChange = { ...text('date'), ...text('start'), ...text('end'), ...text('endDate') };
  const rest = { ...text('name'), ...(text('layout') as { layout?: LayoutName }) };
  if (Object.keys({ ...hours, ...rest }).length > 0) return { hours, ...rest };
  throw new Fault('InputInvalid', 'Nothing is to be changed.', {
    remedy: 'Give --start, --end, --date, --end-date, --name or --layout.',
  });
}

export const renderLecture = order((flags) => {
  const right = flags['right'] as PaneOverride['right'];
  const overrides = slotsOf(String(flags['slot'])).map((slot) => ({ slot, right }));
  return {
    asked: 'render',
    words: `show ${right} in ${overrides.length === 1 ? 'the slot' : `${overrides.length} slots`}`,
    send: (door, id) => control.renderLecture(door, { id, overrides }),
  };
});

const mostSlots = 1000;

/** `2`, `2-4`, `2,5-6`: numbers of slots, each once. @throws Fault InputInvalid */
export function slotsOf(text: string): number[] {
  const slots = text.split(',').flatMap((part) => {
    const [, first, last = first] = /^\s*(\d{1,4})(?:-(\d{1,4}))?\s*$/.exec(part) ?? [];
    const count = Number(last) - Number(first) + 1;
    if (first === undefined || !(count >= 1) || count > mostSlots)
      throw new Fault(
        'InputInvalid',
        `--slot takes numbers such as 2, 2-4 or 2,5, not ${JSON.stringify(text)}.`,
      );
    return Array.from({ length: count }, (_, index) => Number(first) + index);
  });
  return [...new Set(slots)];
}
