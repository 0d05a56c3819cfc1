// What relays cost: the slope of pulled ones, one of engine ffmpeg, and a worker with a thousand.
import { startRestream } from '../src/client/restream.ts';
import type { Bench, BenchResult } from './bench.ts';
import { costOf, descendantsOf } from './process-cost.ts';
import { bringLive, look, lookAtPlainCopy, withRelayStage, type RelayStage } from './relay-stage.ts';

const fewRelays = 100;
const manyRelays = 500;
const publishedRelays = 20;
const allRelays = 1_000;
const gigabyte = 2 ** 30;

/** What one more relay at 2 Mb/s may cost: cores and bytes. */
const promised = { pull: { cores: 0.002, bytes: 1e6 }, ffmpeg: { cores: 0.03, bytes: 25e6 } };

const per = (value: number, unit: string): string => `${value.toPrecision(2)} ${unit}`;

/** MediaMTX, its gate in this process, the worker, Temporal, and what runs below them: servers stand in groups of their own below a wrapper. */
async function everything({ target, worker, pid }: RelayStage): Promise<number[]> {
  const roots = [target.pid, worker.pid!, pid];
  const below = await Promise.all(roots.map(descendantsOf));
  return [...roots, ...below.flat(), process.pid];
}

async function slopeOfPull(stage: RelayStage): Promise<BenchResult> {
  const copy = await lookAtPlainCopy(stage);
  await startRestream(stage.client);
  await bringLive(stage, fewRelays);
  const few = await look(await everything(stage));
  await bringLive(stage, manyRelays);
  const many = await look(await everything(stage));
  const more = manyRelays - fewRelays;
  const cores = (many.cores - few.cores) / more;
  const bytes = (many.memoryBytes - few.memoryBytes) / more;
  return {
    ratios: [cores / promised.pull.cores],
    detail: `a pulled relay more: ${per(cores, 'of a core')}, ${per(bytes / 1e6, 'MB')}; one ffmpeg that copies: ${per(copy.cores, 'of a core')}, ${per(copy.memoryBytes / 1e6, 'MB')}; ${manyRelays} relays: ${per(many.cores, 'cores')}, ${Math.round(many.memoryBytes / 1e6)} MB in all`,
    apart: [
      { what: 'memory of a pulled relay ÷ the promised 1 MB', ratios: [bytes / promised.pull.bytes] },
      { what: 'cores of a pulled relay ÷ of one bare ffmpeg that copies', ratios: [cores / copy.cores] },
    ],
  };
}

async function costOfPublished(stage: RelayStage): Promise<BenchResult> {
  const copy = await lookAtPlainCopy(stage);
  await startRestream(stage.client);
  await bringLive(stage, 1);
  const one = await look(await everything(stage));
  await bringLive(stage, 1 + publishedRelays);
  const many = await look(await everything(stage));
  const cores = (many.cores - one.cores) / publishedRelays;
  const bytes = (many.memoryBytes - one.memoryBytes) / publishedRelays;
  return {
    ratios: [cores / promised.ffmpeg.cores],
    detail: `a relay of engine ffmpeg more, everything included: ${per(cores, 'of a core')}, ${per(bytes / 1e6, 'MB')}; the bare ffmpeg: ${per(copy.cores, 'of a core')}, ${per(copy.memoryBytes / 1e6, 'MB')}`,
    apart: [
      {
        what: 'memory of a relay of engine ffmpeg ÷ the promised 25 MB',
        ratios: [bytes / promised.ffmpeg.bytes],
      },
      { what: 'cores of a relay of engine ffmpeg ÷ of the bare one', ratios: [cores / copy.cores] },
    ],
  };
}

async function workerOfThousand(stage: RelayStage): Promise<BenchResult> {
  await startRestream(stage.client);
  const startedMs = performance.now();
  await bringLive(stage, allRelays);
  const tookSeconds = (performance.now() - startedMs) / 1000;
  const temporal = await look([stage.pid, ...(await descendantsOf(stage.pid))]);
  const worker = await look([stage.worker.pid!]);
  const { memoryBytes } = await costOf([stage.worker.pid!]);
  const { historyLength } = await stage.client.workflow.getHandle('restream').describe();
  return {
    ratios: [memoryBytes / gigabyte],
    detail: `${allRelays} cameras live after ${tookSeconds.toFixed(0)} s; then the worker uses ${per(worker.cores, 'of a core')} and ${Math.round(memoryBytes / 1e6)} MB, Temporal ${per(temporal.cores, 'of a core')} and ${Math.round(temporal.memoryBytes / 1e6)} MB; ${historyLength} events in the supervisor's session`,
  };
}

export const benches: Bench[] = [
  {
    name: 'relay-pull',
    title: `cores of one more pulled relay, ${fewRelays} to ${manyRelays}, everything of ours ÷ the promised ${promised.pull.cores}`,
    target: 1,
    run: () => withRelayStage({ engine: 'pull', source: '720p' }, slopeOfPull),
  },
  {
    name: 'relay-ffmpeg',
    title: `cores of one more relay of engine ffmpeg, everything of ours ÷ the promised ${promised.ffmpeg.cores}`,
    target: 1,
    run: () => withRelayStage({ engine: 'ffmpeg', source: '720p' }, costOfPublished),
  },
  {
    name: 'relay-thousand',
    title: `memory of a worker with ${allRelays} relays ÷ 1 GiB`,
    target: 1,
    run: () => withRelayStage({ engine: 'pull', source: 'tiny' }, workerOfThousand),
  },
];
