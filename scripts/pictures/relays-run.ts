// Runs relays for the pictures: a stack, ffmpeg in the part of its cameras, and one camera for each state that lasts.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { relayWorkflowId } from '../../src/contract/ids.ts';
import { restreamDocument, type RelayDocument } from '../../src/contract/restream.ts';
import { stackReady, type StackReady } from '../../src/contract/stack.ts';
import type { GateAccounts } from '../../src/gate/accounts.ts';
import { eventually } from '../../test/setup/eventually.ts';

export interface RelaysRun {
  uiUrl: string;
  /** Of a relay that is live again after an interruption. */
  workflowId: string;
  /** Stops everything and removes its data. */
  stop(): Promise<void>;
}

const binary = fileURLToPath(new URL('../../bin/longtake.js', import.meta.url));
const run = promisify(execFile);

/** Path of each camera at the stack's own MediaMTX; nobody publishes `yard`. */
const live = { '77-1234-1': 'entrance', '77-1234-2': 'ballot-box', '77-1236-1': 'hall' } as const;
const interrupted = '77-1234-1';

/** @param dataDir must not exist */
export async function runRelays({ dataDir, host }: { dataDir: string; host: string }): Promise<RelaysRun> {
  const undo: (() => Promise<unknown>)[] = [() => rm(dataDir, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const { up, ready } = await startUp(dataDir, host);
    undo.push(() => ended(up, 'SIGINT'));
    const { publisher, reader } = JSON.parse(
      await readFile(ready.mediamtx.accountsFile, 'utf8'),
    ) as GateAccounts;
    const address = ({ user, password }: { user: string; password: string }, path: string): string =>
      ready.mediamtx.rtspUrl.replace('rtsp://', `rtsp://${user}:${password}@`) + `/${path}`;
    const publish = (path: string): ChildProcess => {
      const camera = startCamera(address(publisher, path));
      undo.push(() => ended(camera, 'SIGKILL'));
      return camera;
    };
    const [first] = Object.values(live).map(publish);
    const cli = commandsIn(dataDir);
    for (const [id, path] of Object.entries(live)) await cli.addCamera(id, address(reader, path));
    await cli.addCamera('77-1235-1', address({ ...reader, password: 'changed' }, live[interrupted]));
    await cli.addCamera('77-1235-2', address(reader, 'yard'));
    await cli.longtake('restream', 'run', '--detach');
    await cli.becomes({ '77-1234-1': 'live', '77-1234-2': 'live', '77-1236-1': 'live' });
    await ended(first!, 'SIGKILL');
    await cli.longtake('restream', 'stop', '77-1236-1');
    await cli.becomes({ [interrupted]: 'waiting', '77-1235-1': 'refused', '77-1236-1': 'stopped' });
    publish(live[interrupted]);
    await cli.becomes({ [interrupted]: 'live', '77-1234-2': 'live', '77-1235-2': 'waiting' });
    return { uiUrl: ready.uiUrl, workflowId: relayWorkflowId(interrupted), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startUp(dataDir: string, host: string): Promise<{ up: ChildProcess; ready: StackReady }> {
  const up = spawn(process.execPath, [binary, 'up', '--json', '--data', dataDir], {
    env: { ...process.env, LONGTAKE_HOST: host },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve, reject) => {
    up.stdout.setEncoding('utf8').once('data', resolve);
    up.once('exit', (code) => reject(new Error(`The stack ended with code ${code}.`)));
  });
  return { up, ready: stackReady.parse(JSON.parse(line)) };
}

function startCamera(publishUrl: string): ChildProcess {
  const picture = '-nostdin -v error -re -f lavfi -i testsrc2=size=1280x720:rate=10 -re -f lavfi';
  const sound = '-i sine=frequency=440:sample_rate=8000 -c:a pcm_alaw';
  const encode = '-c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -g 10';
  const out = ['-f', 'rtsp', '-rtsp_transport', 'tcp', publishUrl];
  const args = [...`${picture} ${sound} ${encode}`.split(' '), ...out];
  return spawn('ffmpeg', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

function commandsIn(dataDir: string) {
  const longtake = (...args: string[]) => run(process.execPath, [binary, ...args, '--data', dataDir]);
  const relays = async (): Promise<RelayDocument[]> => {
    // Exit code 1: some relay is not live.
    const { stdout } = await longtake('restream', 'status', '--json').catch(
      (error: { stdout: string }) => error,
    );
    return restreamDocument.parse(JSON.parse(stdout)).cameras;
  };
  return {
    longtake,
    async addCamera(id: string, liveUrl: string): Promise<void> {
      const adding = longtake('camera', 'add', id, '--live-url-stdin');
      adding.child.stdin?.end(`${liveUrl}\n`);
      await adding;
    },
    async becomes(wanted: Readonly<Record<string, string>>): Promise<void> {
      const isSo = async (): Promise<boolean> => {
        const cameras = await relays();
        return Object.entries(wanted).every(([id, state]) =>
          cameras.some((relay) => relay.camera === id && relay.state === state),
        );
      };
      await eventually(isSo, { seconds: 120, what: JSON.stringify(wanted) });
    },
  };
}
