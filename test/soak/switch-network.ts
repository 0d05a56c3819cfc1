// A network of cameras behind one switch: a network namespace whose wire can be pulled, cameras of two /24 in it, and a count of who connects.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createControl } from '../../src/mediamtx/control.ts';
import { writePrivate } from '../../src/embedded/private-file.ts';
import { eventually } from '../setup/eventually.ts';
import { testRun, testServer } from '../setup/servers.ts';

export interface SwitchNetwork extends AsyncDisposable {
  /** Addresses of the cameras, each a host of its own. */
  urls(count: number): string[];
  /** The wire is pulled: nothing passes, nobody is told. */
  goDown(): Promise<void>;
  comeBack(): Promise<void>;
  /** When cameras were connected to, in seconds since 1970 by their own clock: one list a /24. */
  connections: number[][];
}

const execute = promisify(execFile);
/** Of the range that is set apart for such trials (RFC 2544). */
const [hostAddress, farAddress, cameraRange] = ['198.19.255.1', '198.19.255.2', '198.18'];
const [subnets, sourcesEach] = [2, 2];
const rtspPort = 8554;

/** @throws Error without root or iproute2 */
export async function openSwitchNetwork(dir: string): Promise<SwitchNetwork> {
  const stack = new AsyncDisposableStack();
  try {
    const space = await layWire(stack);
    const end = new AbortController();
    const running: Promise<unknown>[] = [];
    stack.defer(async () => {
      end.abort();
      await Promise.allSettled(running);
    });
    const inside: Inside = async (argv, onLine) => {
      const run = await testRun();
      const args = ['netns', 'exec', space, ...argv];
      running.push(
        run({ command: 'ip', args, signal: end.signal, ...(onLine ? { onStdoutLine: onLine } : {}) }),
      );
    };
    const connections = await Promise.all(
      Array.from({ length: subnets }, (_, subnet) => startCameras(inside, { dir, subnet })),
    );
    return {
      connections,
      urls: (count) => Array.from({ length: count }, (_, index) => urlOf(index)),
      goDown: () => ip(`-n ${space} link set far down`),
      async comeBack() {
        await ip(`-n ${space} link set far up`);
        await ip(`-n ${space} route add default via ${hostAddress}`);
      },
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

type Inside = (argv: readonly string[], onLine?: (line: string) => void) => Promise<void>;

const ip = async (args: string): Promise<void> => void (await execute('ip', args.split(' ')));

const urlOf = (index: number): string => {
  const subnet = index % subnets;
  const number = Math.floor(index / subnets);
  const host = `${cameraRange}.${subnet + 1}.${1 + (number % 250)}`;
  return `rtsp://${host}:${rtspPort + subnet}/source-${number % sourcesEach}`;
};

/** Answers the name of the namespace at its far end. */
async function layWire(stack: AsyncDisposableStack): Promise<string> {
  const [space, near] = [`longtake-${process.pid}`, `lt${process.pid}`];
  await ip(`netns add ${space}`);
  stack.defer(() => ip(`netns delete ${space}`));
  await ip(`link add ${near} type veth peer name far netns ${space}`);
  // It goes with the namespace, but later.
  stack.defer(() => ip(`link delete ${near}`));
  await ip(`address add ${hostAddress}/30 dev ${near}`);
  await ip(`link set ${near} up`);
  for (const device of ['lo', 'far']) await ip(`-n ${space} link set ${device} up`);
  await ip(`-n ${space} address add ${farAddress}/30 dev far`);
  await ip(`-n ${space} route add default via ${hostAddress}`);
  await ip(`-n ${space} route add local ${cameraRange}.0.0/16 dev lo`);
  await ip(`route add ${cameraRange}.0.0/16 via ${farAddress} dev ${near}`);
  return space;
}

/** One MediaMTX that plays all cameras of a /24. */
async function startCameras(
  inside: Inside,
  { dir, subnet }: { dir: string; subnet: number },
): Promise<number[]> {
  const [config, clip] = [join(dir, `cameras-${subnet}.json`), join(dir, `clip-${subnet}.mp4`)];
  const [rtsp, api] = [rtspPort + subnet, 9997 - subnet];
  await writePrivate(config, configOf({ rtsp, api }));
  const atSeconds: number[] = [];
  await inside([await testServer('mediamtx'), config], (line) => {
    const [, date, time] = /^(\S+) (\S+) INF \[RTSP\] \[conn \S+\] opened/.exec(line) ?? [];
    if (date && time) atSeconds.push(Date.parse(`${date.replaceAll('/', '-')}T${time}`) / 1000);
  });
  await makeClip(clip);
  const { listPaths } = createControl({ baseUrl: `http://${farAddress}:${api}` });
  const { signal } = new AbortController();
  await eventually(() => listPaths(signal), { what: 'the cameras' });
  for (let source = 0; source < sourcesEach; source += 1) {
    const input = ['-nostdin', '-v', 'error', '-re', '-stream_loop', '-1', '-i', clip, '-c', 'copy'];
    const url = `rtsp://127.0.0.1:${rtsp}/source-${source}`;
    await inside(['ffmpeg', ...input, '-f', 'rtsp', '-rtsp_transport', 'tcp', url]);
  }
  await eventually(
    async () => (await listPaths(signal)).filter(({ available }) => available).length === sourcesEach,
    { what: 'their pictures' },
  );
  return atSeconds;
}

const configOf = ({ rtsp, api }: { rtsp: number; api: number }): object => ({
  ...{ rtmp: false, hls: false, webrtc: false, srt: false, moq: false, playback: false },
  authInternalUsers: [{ user: 'any', permissions: ['api', 'read', 'publish'].map((action) => ({ action })) }],
  ...{ api: true, apiAddress: `:${api}` },
  ...{ rtsp: true, rtspTransports: ['tcp'], rtspAddress: `:${rtsp}` },
  paths: { all_others: {} },
});

/** 20 kb/s: hundreds of relays of it cost two cores little. */
async function makeClip(file: string): Promise<void> {
  const picture = '-f lavfi -i testsrc2=size=160x90:rate=4 -t 30 -c:v libx264 -preset veryfast -bf 0 -g 4';
  const args = ['-nostdin', '-v', 'error', ...picture.split(' '), '-b:v', '20k', '-pix_fmt', 'yuv420p'];
  await execute('ffmpeg', [...args, file]);
}
