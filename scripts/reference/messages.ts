// docs/reference/messages.md, from the table of messages.
import { planMessageDocs, temporalCommandOf, webUiPathOf } from '../../src/contract/plan-message-docs.ts';
import type { MessageDoc } from '../../src/contract/plan-message-docs.ts';
import { searchAttributeArgs } from '../../src/contract/search-attributes.ts';
import { code, generated, table } from './markdown.ts';

function sectionOf(message: MessageDoc): string {
  return [
    `### ${message.workflow === 'plan' ? 'Plan' : 'Camera-day'}: ${message.name} (${message.kind})`,
    message.does,
    ...(message.takes ? [`Takes ${message.takes}`] : []),
    `\`\`\`sh\n${temporalCommandOf(message)}\n\`\`\``,
    `Web UI: ${webUiPathOf(message)}.`,
  ].join('\n\n');
}

const sectionsOf = (workflow: MessageDoc['workflow']): string[] =>
  planMessageDocs.filter((message) => message.workflow === workflow).map(sectionOf);

export function messagesReference(): string {
  const attributes = searchAttributeArgs.map((attribute) => attribute.split('=').map(code));
  return [
    generated('src/contract/plan-message-docs.ts and src/contract/search-attributes.ts'),
    '# Messages',
    'A running plan is the workflow `plan/<id>`; each camera-day in flight is `plan/<id>/camera/<camera>-<date>`. Each line below is for the `temporal` CLI, to copy with the id replaced; below it stands where the Web UI offers the same on the page of the workflow. `longtake plan pause|resume|cancel|restart --camera` send messages of plans too.',
    '## Plan',
    ...sectionsOf('plan'),
    '## Camera-day',
    'A plan passes on to its camera-days what it is told; these are for one of them alone.',
    ...sectionsOf('cameraDay'),
    '## Search attributes',
    'For the list of the Web UI and for `temporal workflow list --query`.',
    table(['name', 'type'], attributes),
    "```sh\ntemporal workflow list --query \"LtCapability = 'plan' AND LtState = 'running'\"\n```",
  ].join('\n\n');
}
