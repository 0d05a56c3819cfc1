// Saves the histories that must replay for ever: `node scripts/save-histories.ts` runs the scenarios of test/histories on a
// Temporal server of its own, `--capability plan|restream|lecture` those of one capability alone; `--into NAME` is their folder, the version when
// absent. With `--address HOST:PORT --plan ID [--host NAME --data DIR]` it saves a plan of a running stack as `demo`.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { cameraDayWorkflowId, planWorkflowId } from '../src/contract/ids.ts';
import { searchAttributeArgs } from '../src/contract/search-attributes.ts';
import { startTemporalServer } from '../src/embedded/temporal-server.ts';
import { intakeScenarios, type IntakeScenario } from '../test/histories/intake-scenarios.ts';
import { lectureScenarios, type LectureScenario } from '../test/histories/lecture-scenarios.ts';
import { restreamScenarios, type RestreamScenario } from '../test/histories/restream-scenarios.ts';
import { scenarios, type Scenario } from '../test/histories/scenarios.ts';
import { savedHistory } from '../test/histories/saved-history.ts';
import { tempDir } from '../test/setup/temp-dir.ts';
import { testRun, testServer } from '../test/setup/test-tools.ts';
import { runStagedIntake } from '../test/workflows/staged-intake.ts';
import { runStagedLecture } from '../test/workflows/staged-lecture.ts';
import { runStagedPlan } from '../test/workflows/staged-plan.ts';
import { runStagedRestream } from '../test/workflows/staged-restream.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const { version } = JSON.parse(await readFile(path('../package.json'), 'utf8')) as { version: string };
const option = { type: 'string' } as const;
const { values } = parseArgs({
  options: { address: option, plan: option, host: option, data: option, capability: option, into: option },
});
const directory = path(`../test/histories/${values.into ?? version}`);

interface Saving {
  client: Client;
  workflowId: string;
  /** `plan-complete`; sessions before the last one get a number. */
  name: string;
  replacements?: Record<string, string>;
}

/** Every run of a workflow id: the last session under the plain name, earlier ones as `-session1` and so on, at most two. */
async function saveRuns({ client, workflowId, name, replacements }: Saving): Promise<void> {
  let { runId } = await client.workflow.getHandle(workflowId).describe();
  const texts: string[] = [];
  for (;;) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    texts.unshift(savedHistory(history, replacements));
    const earlier = history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
    if (!earlier) break;
    runId = earlier;
  }
  const last = texts.pop()!;
  const named = [
    [name, last],
    ...texts.slice(0, 2).map((text, index) => [`${name}-session${index + 1}`, text]),
  ];
  for (const [file, text] of named) await writeFile(join(directory, `${file}.json`), text!);
  process.stdout.write(`${name}: ${named.length} of ${texts.length + 1} runs\n`);
}

async function saveScenario({ name, given, steer }: Scenario, stage: Stage): Promise<void> {
  const { address, bundle } = stage;
  const where = { planId: `p-${name}`, host: 'host-1', bundle };
  const work = { ...given(), namespace: { address, namespace: 'default' } };
  await runStagedPlan(work, where, async (run) => {
    await steer?.(run);
    await run.handle.result();
    const { client, planId } = run;
    await saveRuns({ client, workflowId: planWorkflowId(planId), name: `plan-${name}` });
    await saveRuns({ client, workflowId: cameraDayWorkflowId(planId, 'a-day'), name: `cameraDay-${name}` });
  });
}

async function saveRelays(
  { name, given, play }: RestreamScenario,
  { address, bundle }: Stage,
): Promise<void> {
  const namespace = { address, namespace: 'default' };
  await runStagedRestream({ ...given, namespace }, bundle, async (stage) => {
    const { workflowId } = await play(stage);
    const replacements = { [hostname()]: 'host-1' };
    await saveRuns({ client: stage.client, workflowId, name, replacements });
  });
}

async function saveLecture(
  { name, given, steer }: LectureScenario,
  { address, bundle }: Stage,
): Promise<void> {
  const where = { lectureId: `l-${name}`, hosts: ['one', 'two'], bundle };
  const work = { ...given?.(), namespace: { address, namespace: 'default' } };
  await runStagedLecture(work, where, async (run) => {
    await steer?.(run);
    await run.handle.result().catch(() => undefined);
    await saveRuns({ client: run.client, workflowId: run.handle.workflowId, name: `lecture-${name}` });
  });
}

async function saveIntake({ name, play }: IntakeScenario, { address, bundle }: Stage): Promise<void> {
  await runStagedIntake({ address, namespace: 'default', bundle }, async (staged) => {
    const { workflowId } = await play(staged);
    await saveRuns({ client: staged.client, workflowId, name: `lectureIntake-${name}` });
  });
}

interface Stage {
  address: string;
  bundle: { code: string };
}

async function saveScenarios(): Promise<void> {
  await using dir = await tempDir();
  const workflowsPath = path('../src/workflows/index.ts');
  const bundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  const server = await startTemporalServer({
    run: await testRun(),
    binary: await testServer('temporal'),
    dataDir: dir.path,
    ip: '127.0.0.1',
    searchAttributes: searchAttributeArgs,
    namespace: 'default',
    logFile: join(dir.path, 'temporal.log'),
    durable: false,
  });
  try {
    const stage = { address: server.address, bundle };
    const isAsked = (name: string): boolean => (values.capability ?? name) === name;
    if (isAsked('plan')) for (const scenario of scenarios) await saveScenario(scenario, stage);
    if (isAsked('restream')) for (const scenario of restreamScenarios) await saveRelays(scenario, stage);
    if (isAsked('lecture')) for (const scenario of lectureScenarios) await saveLecture(scenario, stage);
    if (isAsked('lecture')) for (const scenario of intakeScenarios) await saveIntake(scenario, stage);
  } finally {
    await server.stop();
  }
}

interface RunningStack {
  address: string;
  plan: string;
  /** The host's name and the data directory, which the saved history must not tell. */
  host?: string | undefined;
  data?: string | undefined;
}

async function saveDemo({ address, plan, host, data }: RunningStack): Promise<void> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const replacements = { ...(data ? { [data]: '/data' } : {}), ...(host ? { [host]: 'host-1' } : {}) };
  const workflowId = planWorkflowId(plan);
  await saveRuns({ client, workflowId, name: 'plan-demo', replacements });
  const children = client.workflow.list({ query: `LtPlan = '${plan}' AND WorkflowType = 'cameraDay'` });
  for await (const child of children) {
    const slug = child.workflowId.slice(`${workflowId}/camera/`.length).replace(/-\d{4}-\d\d-\d\d$/, '');
    await saveRuns({ client, workflowId: child.workflowId, name: `cameraDay-${slug}`, replacements });
  }
  await connection.close();
}

await mkdir(directory, { recursive: true });
if (values.address && values.plan) await saveDemo({ ...values, address: values.address, plan: values.plan });
else await saveScenarios();
