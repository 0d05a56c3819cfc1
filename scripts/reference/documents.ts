// docs/reference/documents.md: the JSON documents of the commands, as JSON Schema made from their zod schemas.
import { z } from 'zod';
import * as camera from '../../src/contract/camera.ts';
import * as command from '../../src/contract/command.ts';
import { configDocument } from '../../src/contract/config-document.ts';
import * as course from '../../src/contract/course.ts';
import { doctorReport } from '../../src/contract/doctor.ts';
import * as cameraMap from '../../src/contract/camera-map.ts';
import * as lectureAsked from '../../src/contract/lecture-asked.ts';
import * as lecture from '../../src/contract/lecture.ts';
import * as plan from '../../src/contract/plan.ts';
import * as restream from '../../src/contract/restream.ts';
import { googleSignedOut, googleSignIn } from '../../src/contract/google-sign-in.ts';
import * as room from '../../src/contract/room.ts';
import { stackDocument, stackReady } from '../../src/contract/stack.ts';
import * as target from '../../src/contract/target.ts';
import * as webhook from '../../src/contract/webhook.ts';
import { code, generated } from './markdown.ts';

interface DocumentPage {
  title: string;
  printedBy: string;
  schema: z.ZodType;
}

const documents: DocumentPage[] = [
  {
    title: 'Plan request',
    printedBy: 'what `plan add` makes of its flags; `spec` of a plan',
    schema: plan.planRequest,
  },
  { title: 'Plan added', printedBy: '`plan add --json`', schema: plan.planAdded },
  { title: 'Plan estimate', printedBy: '`plan add --dry-run --json`', schema: plan.planEstimate },
  {
    title: 'Plan',
    printedBy: '`plan show --json`, `plan run --wait --json`, `plan watch --json`, `demo --json`',
    schema: plan.planDocument,
  },
  { title: 'Plan list', printedBy: '`plan list --json`', schema: plan.planList },
  {
    title: 'Plan asked',
    printedBy: '`plan run|restart|pause|resume|cancel --json`',
    schema: command.planAsked,
  },
  { title: 'Plan removed', printedBy: '`plan rm --json`', schema: command.planRemoved },
  { title: 'Camera', printedBy: '`camera add|show --json`', schema: camera.cameraDocument },
  { title: 'Camera list', printedBy: '`camera list --json`', schema: camera.cameraList },
  { title: 'Camera import', printedBy: '`camera import --json`', schema: camera.cameraImportDocument },
  { title: 'Camera removed', printedBy: '`camera rm --json`', schema: camera.cameraRemoved },
  { title: 'Target', printedBy: '`target add --json`', schema: target.targetDocument },
  { title: 'Target list', printedBy: '`target list --json`', schema: target.targetList },
  { title: 'Target removed', printedBy: '`target rm --json`', schema: target.targetRemoved },
  {
    title: 'Room',
    printedBy: '`room add|show --json`, `room source add|rm --json`',
    schema: room.roomDocument,
  },
  { title: 'Room list', printedBy: '`room list --json`', schema: room.roomList },
  { title: 'Room removed', printedBy: '`room rm --json`', schema: room.roomRemoved },
  {
    title: 'Picture of no signal',
    printedBy: '`room learn-blank --json`',
    schema: lectureAsked.blankPicture,
  },
  {
    title: 'Pictures of no signal',
    printedBy: '`room blanks --json`',
    schema: lectureAsked.blankPictureList,
  },
  {
    title: 'Picture of no signal removed',
    printedBy: '`room forget-blank --json`',
    schema: lectureAsked.blankPictureRemoved,
  },
  { title: 'Course', printedBy: '`room course add --json`', schema: course.courseDocument },
  { title: 'Course list', printedBy: '`room course list --json`', schema: course.courseList },
  { title: 'Course removed', printedBy: '`room course rm --json`', schema: course.courseRemoved },
  { title: 'Webhook', printedBy: '`room webhook add --json`', schema: webhook.webhookDocument },
  { title: 'Webhook list', printedBy: '`room webhook list --json`', schema: webhook.webhookList },
  { title: 'Webhook removed', printedBy: '`room webhook rm --json`', schema: webhook.webhookRemoved },
  { title: 'NVR imported', printedBy: '`room import-nvr --json`', schema: lectureAsked.nvrImported },
  { title: 'Lecture added', printedBy: '`lecture request --json`', schema: lecture.lectureAdded },
  {
    title: 'Lecture',
    printedBy: '`lecture show|watch --json`, `lecture request --wait --json`',
    schema: lecture.lectureDocument,
  },
  { title: 'Lecture list', printedBy: '`lecture list --json`', schema: lecture.lectureList },
  {
    title: 'Lecture asked',
    printedBy: '`lecture start|change|render|retry|cancel --json`',
    schema: lectureAsked.lectureAsked,
  },
  { title: 'Restream', printedBy: '`restream status --json`', schema: restream.restreamDocument },
  {
    title: 'Relay',
    printedBy: '`restream watch --json`, one line for each change of state',
    schema: restream.relayDocument,
  },
  {
    title: 'Relay asked',
    printedBy: '`restream run --detach --json`, `restream restart|stop|engine|pause|resume --json`',
    schema: restream.relayAsked,
  },
  {
    title: 'MediaMTX server list',
    printedBy: '`restream server list --json`',
    schema: restream.relayServerList,
  },
  {
    title: 'MediaMTX server changed',
    printedBy: '`restream server add|return|rm --json`',
    schema: restream.relayServerChanged,
  },
  { title: 'Camera map', printedBy: '`restream map --json`', schema: cameraMap.cameraMapDocument },
  {
    title: 'Camera map shown',
    printedBy: '`restream map --show --json`',
    schema: cameraMap.cameraMapShown,
  },
  {
    title: 'Camera map removed',
    printedBy: '`restream map --remove --json`',
    schema: cameraMap.cameraMapRemoved,
  },
  {
    title: 'Trigger',
    printedBy: '`restream install-trigger|remove-trigger --json`',
    schema: cameraMap.triggerDocument,
  },
  { title: 'Doctor report', printedBy: '`doctor --json`', schema: doctorReport },
  { title: 'Google account', printedBy: '`google login|show --json`', schema: googleSignIn },
  { title: 'Google signed out', printedBy: '`google logout --json`', schema: googleSignedOut },
  { title: 'Configuration', printedBy: '`config print --json`', schema: configDocument },
  { title: 'Stack ready', printedBy: '`up --json`, one line', schema: stackReady },
  { title: 'Stack file', printedBy: '`<data>/stack.json` while a stack runs', schema: stackDocument },
  {
    title: 'Error',
    printedBy: 'every command with `--json` that fails, on standard error',
    schema: command.errorDocument,
  },
];

export function documentsReference(): string {
  return [
    generated('src/contract'),
    '# Documents',
    'Every command with `--json` prints one of these on standard output. They are stable: fields are added, never renamed. Instants are ISO 8601 with offset, ranges half-open, sizes in bytes, lengths in seconds.',
    ...documents.map(section),
  ].join('\n\n');
}

function section({ title, printedBy, schema }: DocumentPage): string {
  const json: Record<string, unknown> = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' });
  delete json['$schema'];
  return [
    `## ${title}`,
    `Printed by: ${printedBy.includes('`') ? printedBy : code(printedBy)}.`,
    `\`\`\`json\n${JSON.stringify(json, null, 2)}\n\`\`\``,
  ].join('\n\n');
}
