// `plan show` and `plan list`: documents from the catalog, as JSON or as tables.
import { planDocumentOf } from '../../client/plan-documents.ts';
import type { CameraDayDocument, PlanDocument, planDocument, planList } from '../../contract/plan.ts';
import { printJson } from '../output/json.ts';
import { humanSeconds, renderTable } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import type { Invocation } from '../perform.ts';
import { withCatalog } from '../session.ts';

export const showPlan = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, json, args, flags, catalog }) => {
    const camera = typeof flags['camera'] === 'string' ? flags['camera'] : undefined;
    const document = await planDocumentOf(catalog, args[0] ?? '', camera);
    if (json) return printJson<typeof planDocument>(terminal, document);
    printPlan(terminal, document);
    if (camera !== undefined) for (const day of document.cameraDays) printSegments(terminal, day);
  });

export const listPlans = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, json, catalog }) => {
    const plans = await catalog.plans.list();
    if (json) return printJson<typeof planList>(terminal, plans);
    if (plans.length === 0) return terminal.out('No plans. Make one with: longtake plan add --help');
    terminal.out(
      renderTable(
        ['id', 'state', 'date', 'window', 'camera-days', 'complete', 'missing'],
        plans.map((plan) => [
          plan.id,
          plan.state,
          plan.date,
          plan.window,
          plan.cameraDays,
          plan.counts.complete ?? 0,
          humanSeconds(plan.missingSeconds),
        ]),
      ),
    );
  });

/** The table per camera-day: what is there, what is missing and why, and the files. */
export function printPlan(terminal: Terminal, { id, state, spec, cameraDays }: PlanDocument): void {
  const days = spec.toDate && spec.toDate !== spec.date ? `${spec.date} to ${spec.toDate}` : spec.date;
  terminal.out(`Plan ${id}: ${state}; ${days} ${spec.window}, ${spec.steps.join(', ')}`);
  terminal.out(
    renderTable(
      ['camera', 'date', 'state', 'missing', 'in tolerance window', 'segments', 'reason'],
      cameraDays.map((day) => [
        day.camera,
        day.date,
        day.state,
        humanSeconds(day.missingSeconds),
        humanSeconds(day.toleranceWindowMissingSeconds),
        `${day.segments.filter((segment) => segment.path !== undefined).length}/${day.segments.length}`,
        day.reason ?? '',
      ]),
    ),
  );
  for (const day of cameraDays) printFiles(terminal, day);
}

function printFiles(terminal: Terminal, day: CameraDayDocument): void {
  for (const path of day.merged) terminal.out(`  merged    ${path}`);
  if (day.coverage) terminal.out(`  coverage  ${day.coverage}`);
  for (const path of day.exported) terminal.out(`  exported  ${path}`);
}

function printSegments(terminal: Terminal, day: CameraDayDocument): void {
  terminal.out(`\n${day.camera} ${day.date}`);
  terminal.out(
    renderTable(
      ['start', 'seconds', 'state', 'missing', 'attempts', 'gaps', 'file'],
      day.segments.map((segment) => [
        segment.startAt,
        segment.seconds,
        segment.state,
        humanSeconds(segment.missingSeconds),
        segment.attempts,
        segment.gaps.map((gap) => `${gap.startAt.slice(11)}…${gap.endAt.slice(11)}`).join(' ') ||
          (segment.reason ?? ''),
        segment.path ?? '',
      ]),
    ),
  );
}
