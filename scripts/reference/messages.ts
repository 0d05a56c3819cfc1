// docs/reference/messages.md, from the tables of messages.
import { intakeMessageDocs, intakeMessageIds } from '../../src/contract/intake-message-docs.ts';
import { lectureMessageDocs, lectureMessageIds } from '../../src/contract/lecture-message-docs.ts';
import { temporalCommandOf, webUiPathOf, type MessageDoc } from '../../src/contract/message-docs.ts';
import { planMessageDocs, planMessageIds } from '../../src/contract/plan-message-docs.ts';
import { restreamMessageDocs, restreamMessageIds } from '../../src/contract/restream-message-docs.ts';
import { searchAttributeArgs } from '../../src/contract/search-attributes.ts';
import { code, generated, table } from './markdown.ts';

interface Chapter<W extends string> {
  docs: readonly MessageDoc<W>[];
  ids: Readonly<Record<W, string>>;
  workflow: W;
  /** Stands before the name of each message. */
  noun: string;
}

const sectionsOf = <W extends string>({ docs, ids, workflow, noun }: Chapter<W>): string[] =>
  docs
    .filter((message) => message.workflow === workflow)
    .map((message) =>
      [
        `### ${noun}: ${message.name} (${message.kind})`,
        message.does,
        ...(message.takes ? [`Takes ${message.takes}`] : []),
        `\`\`\`sh\n${temporalCommandOf(message, ids[workflow])}\n\`\`\``,
        `Web UI: ${webUiPathOf(message)}.`,
      ].join('\n\n'),
    );

const plan = { docs: planMessageDocs, ids: planMessageIds };
const lecture = { docs: lectureMessageDocs, ids: lectureMessageIds };
const intake = { docs: intakeMessageDocs, ids: intakeMessageIds };
const restream = { docs: restreamMessageDocs, ids: restreamMessageIds };

const planChapters = (): string[] => [
  '## Plan',
  'A running plan is the workflow `plan/<id>`; each camera-day in flight is `plan/<id>/camera/<camera>-<date>`. `longtake plan pause|resume|cancel|restart --camera` send messages of plans too.',
  ...sectionsOf({ ...plan, workflow: 'plan', noun: 'Plan' }),
  '## Camera-day',
  'A plan passes on to its camera-days what it is told; these are for one of them alone.',
  ...sectionsOf({ ...plan, workflow: 'cameraDay', noun: 'Camera-day' }),
];

const lectureChapters = (): string[] => [
  '## Lecture',
  'A lecture is the workflow `lecture/<id>`. `longtake lecture render|change|start|retry|cancel` send its messages too; they also start a lecture that does not run, which a message alone cannot.',
  ...sectionsOf({ ...lecture, workflow: 'lecture', noun: 'Lecture' }),
  '## Calendar of a room',
  'The reader of a room’s calendar is the workflow `lecture-intake/<room>`. `longtake room add|rm` send `roomChanged`.',
  ...sectionsOf({ ...intake, workflow: 'lectureIntake', noun: 'Calendar' }),
];

const restreamChapters = (): string[] => [
  '## Restream',
  'The supervisor of all relays is the workflow `restream`. `longtake restream pause|resume|accept` send its messages too, and `longtake restream server` sends `serversChanged`.',
  ...sectionsOf({ ...restream, workflow: 'restream', noun: 'Restream' }),
  '## Relay',
  'The relay of one camera is the workflow `restream/<camera>`: the camera’s id, cleaned where it is no safe path segment. `longtake restream restart|stop|engine` send its messages too; `restart --credentials-changed` is `credentialsChanged`.',
  ...sectionsOf({ ...restream, workflow: 'restreamCamera', noun: 'Relay' }),
];

export function messagesReference(): string {
  const attributes = searchAttributeArgs.map((attribute) => attribute.split('=').map(code));
  return [
    generated('src/contract/*-message-docs.ts and src/contract/search-attributes.ts'),
    '# Messages',
    'What a person or another service may say to a running workflow. Each line below is for the `temporal` CLI, to copy with the id replaced; below it stands where the Web UI offers the same on the page of the workflow.',
    'Plans, relays and calendars begin a new run of their workflow from time to time (continue-as-new). A signal is never lost by that. An update that meets the change is answered by the server (1.31) with `FAILED_PRECONDITION`, “unexpected workflow task failure”: it was not applied; send it again. `longtake` does so by itself.',
    'The summary under the id of such a workflow (`2026-09-13 07:45-20:00, 4 cameras`) stands at its first run only: continue-as-new does not carry it, and the TypeScript SDK (1.24) has no option to give it anew. A lecture is one run and keeps its own. Current details (the table) and search attributes stand at every run; `longtake plan show` tells a plan’s days and window.',
    ...planChapters(),
    ...lectureChapters(),
    ...restreamChapters(),
    '## Search attributes',
    'For the list of the Web UI and for `temporal workflow list --query`.',
    table(['name', 'type'], attributes),
    "```sh\ntemporal workflow list --query \"LtCapability = 'plan' AND LtState = 'running'\"\ntemporal workflow list --query \"LtCapability = 'lecture' AND LtRoom = 'A101' AND LtState = 'waiting'\"\ntemporal workflow list --query \"LtCapability = 'restream' AND LtState IN ('waiting', 'refused', 'stalled')\"\n```",
  ].join('\n\n');
}
