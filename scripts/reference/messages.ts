// docs/reference/messages.md, from the table of messages.
import { planMessageDocs, temporalCommandOf } from '../../src/contract/plan-message-docs.ts';
import { searchAttributeArgs } from '../../src/contract/search-attributes.ts';
import { code, generated, table } from './markdown.ts';

export function messagesReference(): string {
  const sections = planMessageDocs.map((message) =>
    [
      `### ${message.workflow === 'plan' ? 'Plan' : 'Camera-day'}: ${message.name} (${message.kind})`,
      message.does,
      `\`\`\`sh\n${temporalCommandOf(message)}\n\`\`\``,
    ].join('\n\n'),
  );
  const attributes = searchAttributeArgs.map((attribute) => attribute.split('=').map(code));
  return [
    generated('src/contract/plan-message-docs.ts and src/contract/search-attributes.ts'),
    '# Messages',
    'A running plan is the workflow `plan/<id>`; each camera-day in flight is `plan/<id>/camera/<camera>-<date>`. The lines below are for the `temporal` CLI; the Web UI offers the same under “Send a Signal”, “Send an Update” and “Queries”. `longtake plan pause|resume|cancel|restart --camera` send them too.',
    '## Plan',
    ...sections,
    '## Search attributes',
    'For the list of the Web UI and for `temporal workflow list --query`.',
    table(['name', 'type'], attributes),
    "```sh\ntemporal workflow list --query \"LtCapability = 'plan' AND LtState = 'running'\"\n```",
  ].join('\n\n');
}
