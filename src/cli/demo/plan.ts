// The plan of the demo: imports the cameras, exports to a local target, follows the run and shows what was proved.
import { join } from 'node:path';
import { parseCameraImport } from '../../client/camera-import.ts';
import { addPlan } from '../../client/plan.ts';
import { missingText } from '../../client/plan-causes.ts';
import { openTemporal } from '../../client/connect.ts';
import { allDays, planDocumentOf, readPlan } from '../../client/plan-documents.ts';
import { addTarget } from '../../client/target.ts';
import { exitCodes, type ExitCode } from '../../contract/exit-codes.ts';
import { planWorkflowId } from '../../contract/ids.ts';
import { planRequest, type PlanDocument, type planDocument, type PlanSpec } from '../../contract/plan.ts';
import { demoDoubts, demoPaths } from '../../embedded/demo-show.ts';
import type { DemoRecording } from '../../embedded/demo.ts';
import type { Stack } from '../../embedded/up.ts';
import { printJson } from '../output/json.ts';
import { humanSeconds, renderTable } from '../output/table.ts';
import type { Invocation } from '../perform.ts';
import { followPlan } from '../plan/follow.ts';
import { startStored } from '../plan/run.ts';
import { withCatalog, type Session } from '../session.ts';

export interface DemoPlan {
  invocation: Invocation;
  stack: Stack;
  recording: DemoRecording;
  note: (line: string) => void;
}

/** 0 when the plan proved what the show made: one camera with a gap, one of which the source had nothing. */
export const runDemoPlan = ({ invocation, stack, recording, note }: DemoPlan): Promise<ExitCode> =>
  withCatalog(invocation, async (session) => {
    const { catalog, config, json, terminal } = session;
    await catalog.cameras.upsertMany(parseCameraImport({ text: camerasCsv(stack), format: 'csv' }));
    const exportDir = join(stack.document.dataDir, 'export');
    await addTarget(catalog, { name: 'demo-export', spec: { kind: 'rsync', path: exportDir } });
    const spec = specOf(recording);
    const { id = '' } = await addPlan({
      ...{ catalog, spec, mediaRoot: config.mediaRoot, workersAreHere: true, dryRun: false },
    });
    note(
      `Plan ${id}: 4 cameras, ${spec.window} UTC, segments of ${spec.segmentSeconds} s, merge, export to ${exportDir}`,
    );
    const temporal = await openTemporal({ ...config.temporal, address: stack.document.temporalAddress });
    try {
      await startStored({ session, temporal, planId: id, force: false });
      note(
        `Watch it: ${stack.document.uiUrl}/namespaces/default/workflows/${encodeURIComponent(planWorkflowId(id))}`,
      );
      if (!(await followPlan(session, { planId: id, temporal }))) return exitCodes.gapsOrFailures;
    } finally {
      await temporal.close();
    }
    const document = await planDocumentOf(catalog, id);
    const windowSeconds = (recording.windowEndMs - recording.windowStartMs) / 1000;
    const doubts = demoDoubts(document, windowSeconds);
    if (json) printJson<typeof planDocument>(terminal, document);
    else terminal.out(await resultText(session, { document, windowSeconds, mediaRoot: config.mediaRoot }));
    if (!json) terminal.out(`\nWeb UI: ${stack.document.uiUrl}`);
    for (const doubt of doubts) terminal.err(`Not as expected: ${doubt}.`);
    return doubts.length === 0 ? exitCodes.done : exitCodes.gapsOrFailures;
  });

/** The inventory as a person would write it; user and password are taken out of the URL on import and stored apart. */
function camerasCsv({ mediamtx }: Stack): string {
  const playback = new URL(mediamtx.playbackUrl);
  playback.username = mediamtx.users.reader.user;
  playback.password = mediamtx.users.reader.password;
  const url = (path: string): string => `${playback.href.replace(/\/$/, '')}/${path}`;
  const paths = [...demoPaths.live, demoPaths.interrupted, demoPaths.absent];
  const rows = paths.map(
    (path) => `${path},${path.replace('demo-', 'Demo ')},UTC,mediamtx,${url(path)},demo`,
  );
  return ['id,name,time_zone,archive_kind,archive_url,tags', ...rows].join('\n');
}

function specOf({ windowStartMs, windowEndMs }: DemoRecording): PlanSpec {
  const at = (epochMs: number): string => new Date(epochMs).toISOString();
  const window = `${at(windowStartMs).slice(11, 19)}-${at(windowEndMs).slice(11, 19)}`;
  return planRequest.parse({
    date: at(windowStartMs).slice(0, 10),
    window,
    cameras: { tag: 'demo' },
    target: 'demo-export',
    segmentSeconds: 10,
    toleranceWindow: window,
    gapToleranceSeconds: 15,
    gapThresholdSeconds: 0.5,
  });
}

async function resultText(
  { catalog }: Session,
  {
    document,
    windowSeconds,
    mediaRoot,
  }: { document: PlanDocument; windowSeconds: number; mediaRoot: string },
): Promise<string> {
  const rows: string[][] = [];
  const files: string[] = [];
  for (const { document: day, causes } of await allDays(await readPlan(catalog, document.id))) {
    rows.push([
      day.camera,
      day.state,
      humanSeconds(windowSeconds - day.missingSeconds),
      humanSeconds(day.missingSeconds),
      missingText(causes) || (day.reason ?? ''),
    ]);
    files.push(
      ...day.merged.map((path) => `  ${join(mediaRoot, path)}`),
      ...day.exported.map((path) => `  ${path}`),
    );
  }
  const table = renderTable(['camera', 'result', 'present', 'missing', 'why'], rows);
  return `\n${table}\n\nFiles:\n${files.join('\n')}`;
}
