// Looks at a soak's relays twice a second and notes each one that stands still, or has several publishers, longer than is promised.
import { setTimeout as delay } from 'node:timers/promises';
import { createControl } from '../../src/mediamtx/control.ts';
import { askPublishers } from '../integration/restream/publisher-watch.ts';
import type { RelayStack } from '../integration/restream/relay-stack.ts';

export interface SoakRelay {
  cameraId: string;
  engine: 'pull' | 'ffmpeg';
  source: string;
}

export interface Judge extends AsyncDisposable {
  /** What broke a promise, with its instant and what was done before it. */
  violations: string[];
  /** Notes what is done to whom. */
  did(what: string): void;
  /** Instants in seconds since the beginning. */
  nowSeconds(): number;
  /** These may stand still until then. */
  excuse(excused: { engine: 'pull' | 'ffmpeg' | 'all'; seconds: number }): void;
  /** A keeper is gone: a camera that breaks now waits for the next one. */
  keeperLost(): void;
}

const lookMs = 500;
const never = new AbortController().signal;
/** A picture comes ten times a second; a hand-over of engine ffmpeg may take 3 s; a look is late by up to one. */
const stillSeconds = { pull: 3, ffmpeg: 4 } as const;
/** After the camera is back, after a worker was lost, and with several publishers. */
export const [backSeconds, lostSeconds, severalSeconds] = [10, 15, 10];
/** A source without new bytes for this long is away. */
const awaySeconds = 2;

interface Growth {
  bytes: number;
  grewAt: number;
  /** It grows without interruption since then. */
  goodSince: number;
}

const grown = (growth: Growth, bytes: number | undefined, now: number): void => {
  if (bytes === undefined || bytes === growth.bytes) return;
  if (now - growth.grewAt > awaySeconds) growth.goodSince = now;
  Object.assign(growth, { bytes, grewAt: now });
};

interface Judged extends SoakRelay {
  growth: Growth;
  notSeveralAt: number;
  /** Its present standstill, or its several publishers, have been noted. */
  isNoted: boolean;
}

/** Seen as it happens: a run is long. */
function say(to: string[], line: string): void {
  to.push(line);
  process.stdout.write(`${line}\n`);
}

/** Begins; everything is to be live by then. */
export function openJudge(stack: RelayStack, relays: readonly SoakRelay[]): Judge {
  const startMs = performance.now();
  const nowSeconds = (): number => (performance.now() - startMs) / 1000;
  const { apiUrl, users } = stack.cameras.server;
  const cameras = createControl({ baseUrl: apiUrl, credentials: users.api });
  const newGrowth = (): Growth => ({ bytes: -1, grewAt: 0, goodSince: -Infinity });
  const judged: Judged[] = relays.map((relay) => ({
    ...{ ...relay, growth: newGrowth(), notSeveralAt: 0, isNoted: false },
  }));
  const sources = new Map(relays.map(({ source }) => [source, newGrowth()]));
  const [violations, deeds]: [string[], string[]] = [[], []];
  const excusedUntil = { pull: 0, ffmpeg: 0, all: 0 };
  let keeperLostAt = -Infinity;

  const mayStandUntil = ({ engine, source }: Judged, now: number): number => {
    const { grewAt, goodSince } = sources.get(source)!;
    if (now - grewAt > awaySeconds) return Infinity;
    const keeperBack = keeperLostAt + lostSeconds;
    const from = goodSince > keeperLostAt - backSeconds ? Math.max(goodSince, keeperBack) : goodSince;
    return Math.max(from + backSeconds, excusedUntil[engine], excusedUntil.all);
  };
  const complain = (relay: Judged, what: string): void => {
    const { cameraId, engine, source } = relay;
    relay.isNoted = true;
    const before = deeds.slice(-4).join('; ');
    say(
      violations,
      `${nowSeconds().toFixed(1)} s: ${cameraId} (${engine}, ${source}) ${what}; before: ${before}`,
    );
  };
  const judge = (relay: Judged, now: number): void => {
    const { engine, growth, notSeveralAt } = relay;
    const still = now - growth.grewAt;
    const isSeveral = now - notSeveralAt > severalSeconds;
    const isStill = still > stillSeconds[engine] && now > mayStandUntil(relay, now);
    if (!isSeveral && still < stillSeconds[engine]) relay.isNoted = false;
    if (relay.isNoted) return;
    if (isSeveral) complain(relay, `has several publishers for ${severalSeconds} s`);
    else if (isStill) complain(relay, `stands still for ${still.toFixed(1)} s`);
  };
  const look = async (): Promise<void> => {
    const [here, there, publishers] = await Promise.all([
      stack.target.paths().catch(() => []),
      cameras.listPaths(never).catch(() => []),
      askPublishers(stack.catalog, 'm1').catch(() => undefined),
    ]);
    const now = nowSeconds();
    const bytesOf = (paths: typeof here): Map<string, number> =>
      new Map(paths.map(({ name, inboundBytes }) => [name, inboundBytes]));
    const [seen, played] = [bytesOf(here), bytesOf(there)];
    for (const [source, growth] of sources) grown(growth, played.get(source), now);
    for (const relay of judged) {
      grown(relay.growth, seen.get(`cam/${relay.cameraId}`), now);
      if ((publishers?.get(`cam/${relay.cameraId}`)?.length ?? 0) < 2) relay.notSeveralAt = now;
      judge(relay, now);
    }
  };
  const end = new AbortController();
  const judging = (async () => {
    while (!end.signal.aborted) {
      await look();
      await delay(lookMs, undefined, { signal: end.signal }).catch(() => undefined);
    }
  })();
  return {
    ...{ violations, nowSeconds },
    did: (what) => say(deeds, `${nowSeconds().toFixed(1)} s ${what}`),
    excuse: ({ engine, seconds }) => void (excusedUntil[engine] = nowSeconds() + seconds),
    keeperLost: () => void (keeperLostAt = nowSeconds()),
    async [Symbol.asyncDispose]() {
      end.abort();
      await judging;
    },
  };
}
