// `plan show` and `plan list`: documents from the catalog, as JSON or as tables.
import type { StateCounts } from '../../catalog/plans.ts';
import { missingText } from '../../client/plan-causes.ts';
import {
  allDays,
  daysPerPage,
  readPlan,
  type PlanPart,
  type ReadCameraDay,
  type ReadPlan,
} from '../../client/plan-documents.ts';
import type { CameraDayState } from '../../domain/camera-day-states.ts';
import type { CameraDayDocument, planDocument, planList } from '../../contract/plan.ts';
import { printJson, printJsonPages } from '../output/json.ts';
import { humanSeconds, renderTable } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import type { Invocation } from '../perform.ts';
import { withCatalog, type Session } from '../session.ts';

export const showPlan = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async (session) => {
    const { terminal, json, args, flags } = session;
    const [planId = ''] = args;
    const camera = typeof flags['camera'] === 'string' ? flags['camera'] : undefined;
    const state = flags['state'] as CameraDayState | undefined;
    if (json) return printPlanJson(session, { planId, camera, state });
    const days = await printPlan(session, { planId, camera, state });
    if (camera !== undefined) for (const { document } of days) printSegments(terminal, document);
  });

interface Shown extends Pick<PlanPart, 'camera' | 'state'> {
  planId: string;
}

/** The document in one piece, or a camera-day a line where they are many. */
export async function printPlanJson(
  { terminal, catalog }: Pick<Session, 'terminal' | 'catalog'>,
  { planId, ...part }: Shown,
): Promise<void> {
  const plan = await readPlan(catalog, planId, part);
  const { head } = plan;
  if (plan.count > daysPerPage)
    return printJsonPages(terminal, { head, list: 'cameraDays', pages: documentsOf(plan) });
  const cameraDays = (await allDays(plan)).map(({ document }) => document);
  printJson<typeof planDocument>(terminal, { ...head, cameraDays });
}

async function* documentsOf({ pages }: ReadPlan): AsyncGenerator<CameraDayDocument[]> {
  for await (const page of pages) yield page.map(({ document }) => document);
}

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

/** More rows than a person reads; --json shows all. */
const mostRows = 100;

/** The table per camera-day: what is there, what is missing and why, and the files. */
export async function printPlan(
  { terminal, catalog }: Pick<Session, 'terminal' | 'catalog'>,
  { planId, camera, state: only }: Shown,
): Promise<ReadCameraDay[]> {
  const plan = await readPlan(catalog, planId, { camera, state: only, most: mostRows });
  const { state, spec } = plan.head;
  const days = spec.toDate && spec.toDate !== spec.date ? `${spec.date} to ${spec.toDate}` : spec.date;
  terminal.out(`Plan ${planId}: ${state}; ${days} ${spec.window}, ${spec.steps.join(', ')}`);
  const read = await allDays(plan);
  terminal.out(
    renderTable(
      ['camera', 'date', 'state', 'missing', 'in tolerance window', 'segments', 'why'],
      read.map(rowOf),
    ),
  );
  if (camera === undefined && plan.total > read.length) {
    if (plan.count < plan.total && only === undefined)
      terminal.out(`… and ${plan.total - read.length} more; --state shows those in one state, --json all.`);
    const counts = countsText(await catalog.plans.countByState(planId));
    const missingSeconds = await catalog.plans.endedMissingSeconds(planId);
    const missing = missingSeconds > 0 ? `; ${humanSeconds(missingSeconds)} missing` : '';
    terminal.out(`${plan.total} camera-days: ${counts}${missing}`);
  } else for (const { document } of read) printFiles(terminal, document);
  return read;
}

/** `78750 complete, 450 failed`: the states that any camera-day is in. */
export const countsText = (counts: StateCounts): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ');

function rowOf({ document: day, causes }: ReadCameraDay): string[] {
  const stored = day.segments.filter((segment) => segment.path !== undefined).length;
  return [
    day.camera,
    day.date,
    day.state,
    humanSeconds(day.missingSeconds),
    humanSeconds(day.toleranceWindowMissingSeconds),
    `${stored}/${day.segments.length}`,
    day.reason ?? (day.missingSeconds > 0 ? missingText(causes) : ''),
  ];
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
