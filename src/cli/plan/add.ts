// `plan add`: from flags to a stored plan, or to an estimate alone; starts it when asked.
import type { planAdded, planEstimate, PlanSpec } from '../../contract/plan.ts';
import type { ExitCode } from '../../contract/exit-codes.ts';
import { Fault } from '../../domain/fault.ts';
import { addPlan as addToCatalog } from '../../client/plan.ts';
import type { PlanEstimate } from '../../client/plan-estimate.ts';
import { printJson } from '../output/json.ts';
import { humanBytes, renderTable } from '../output/table.ts';
import type { Invocation } from '../perform.ts';
import { withCatalog, type Session } from '../session.ts';
import { planRequestFromFlags } from './request.ts';
import { startAndFollow } from './run.ts';

export async function addPlan(invocation: Invocation): Promise<ExitCode | void> {
  const { terminal, flags, json } = invocation;
  if (flags['wait'] === true && flags['run'] !== true) throw new Fault('InputInvalid', '--wait needs --run.');
  const spec = await planRequestFromFlags(terminal, flags);
  return withCatalog(invocation, async (session) => {
    const dryRun = flags['dryRun'] === true;
    const { id, estimate } = await addToCatalog({
      catalog: session.catalog,
      spec,
      mediaRoot: session.config.mediaRoot,
      workersAreHere: session.config.catalog.kind === 'sqlite',
      dryRun,
    });
    if (!json) describe(session, { spec, estimate, dryRun });
    if (id === undefined) {
      if (json) printJson<typeof planEstimate>(terminal, estimate);
      return;
    }
    if (json) printJson<typeof planAdded>(terminal, { id });
    else terminal.out(`Plan ${id} added.`);
    if (flags['run'] === true)
      return startAndFollow(session, { planId: id, wait: flags['wait'] === true, quiet: json });
    if (!json) terminal.out(`Start it with: longtake plan run ${id} --wait`);
  });
}

function describe(
  { terminal }: Session,
  { spec, estimate, dryRun }: { spec: PlanSpec; estimate: PlanEstimate; dryRun: boolean },
): void {
  const { cameras, segments, expectedBytes, freeBytes, fits } = estimate;
  terminal.out(`${counted(cameras.length, 'camera')} to process (${counted(segments, 'job')})`);
  if (!dryRun) return;
  terminal.out(
    `${counted(estimate.cameraDays, 'camera-day')} of ${spec.window}, ${spec.segmentSeconds} s segments, steps ${spec.steps.join(', ')}.`,
  );
  const free =
    freeBytes === null
      ? 'free space is known to the workers alone'
      : `${humanBytes(freeBytes)} free: ${fits ? 'fits' : 'does not fit'}`;
  terminal.out(`Expected: ${humanBytes(expectedBytes)}; ${free}.`);
  const rows = cameras
    .slice(0, 50)
    .map(({ camera, clockOffsetSeconds }) => [camera, clockText(clockOffsetSeconds)]);
  terminal.out(renderTable(['camera', 'archive clock'], rows));
  if (cameras.length > rows.length)
    terminal.out(`… and ${cameras.length - rows.length} more; --json shows all.`);
  terminal.out('Nothing was added (dry run).');
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function clockText(offsetSeconds: number | null): string {
  if (offsetSeconds === null) return 'tells no time';
  if (Math.abs(offsetSeconds) < 1) return 'agrees with ours';
  return `${Math.abs(offsetSeconds)} s ${offsetSeconds > 0 ? 'ahead' : 'behind'}`;
}
