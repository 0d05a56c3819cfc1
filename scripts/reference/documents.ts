// docs/reference/documents.md: the JSON documents of the commands, as JSON Schema made from their zod schemas.
import { z } from 'zod';
import * as camera from '../../src/contract/camera.ts';
import * as command from '../../src/contract/command.ts';
import { configDocument } from '../../src/contract/config-document.ts';
import { doctorReport } from '../../src/contract/doctor.ts';
import * as cameraMap from '../../src/contract/camera-map.ts';
import * as plan from '../../src/contract/plan.ts';
import * as restream from '../../src/contract/restream.ts';
import { googleSignedOut, googleSignIn } from '../../src/contract/google-sign-in.ts';
import { stackDocument, stackReady } from '../../src/contract/stack.ts';
import * as target from '../../src/contract/target.ts';
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
