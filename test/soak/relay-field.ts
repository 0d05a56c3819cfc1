// Cameras of a soak: a few publishers that show one clip at the camera side, each killed or frozen and brought back by itself.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CameraSide } from '../integration/restream/relay-stack.ts';
import { testRun } from '../setup/servers.ts';

export const deaths = ['SIGKILL', 'SIGSTOP'] as const;
export type Death = (typeof deaths)[number];

export interface Field extends AsyncDisposable {
  /** Paths at the camera side. */
  sources: string[];
  die(source: string, death: Death): void;
  /** It publishes again, by a new process unless the old one still has its connection. */
  comeBack(source: string): void;
}

interface Publisher {
  group?: number;
  isWanted: boolean;
}

/** 200 kb/s of 320x180, a key frame a second; copied, so that a publisher costs next to nothing. */
async function makeClip(dir: string): Promise<string> {
  const clip = join(dir, 'clip.mp4');
  const run = await testRun();
  const picture = '-f lavfi -i testsrc2=size=320x180:rate=10 -t 30 -c:v libx264 -preset veryfast -bf 0 -g 10';
  const rate = '-b:v 200k -maxrate 200k -bufsize 200k -pix_fmt yuv420p';
  const { exitCode } = await run({
    command: 'ffmpeg',
    args: ['-nostdin', '-v', 'error', ...picture.split(' '), ...rate.split(' '), clip],
    signal: AbortSignal.timeout(60_000),
  });
  if (exitCode !== 0) throw new Error(`ffmpeg made no clip: ${exitCode}`);
  return clip;
}

/** Starts a publisher a source. */
export async function openField(
  side: CameraSide,
  { dir, count }: { dir: string; count: number },
): Promise<Field> {
  const clip = await makeClip(dir);
  const run = await testRun();
  const end = new AbortController();
  const publishers = new Map<string, Publisher>();
  const keepUp = async (source: string, publisher: Publisher): Promise<void> => {
    const input = ['-nostdin', '-v', 'error', '-re', '-stream_loop', '-1', '-i', clip, '-c', 'copy'];
    const output = ['-f', 'rtsp', '-rtsp_transport', 'tcp', side.server.publishUrl(source)];
    while (!end.signal.aborted) {
      if (publisher.isWanted)
        await run({
          command: 'ffmpeg',
          args: [...input, ...output],
          signal: end.signal,
          onStart: (group) => (publisher.group = group),
        }).catch(() => undefined);
      delete publisher.group;
      await delay(200, undefined, { signal: end.signal }).catch(() => undefined);
    }
  };
  const sources = Array.from({ length: count }, (_, index) => `source-${index}`);
  const keeping = sources.map((source) => {
    const publisher = { isWanted: true };
    publishers.set(source, publisher);
    return keepUp(source, publisher);
  });
  const send = ({ group }: Publisher, signal: NodeJS.Signals): void =>
    void (group !== undefined && process.kill(-group, signal));
  return {
    sources,
    die(source, death) {
      const publisher = publishers.get(source)!;
      publisher.isWanted = death === 'SIGSTOP';
      send(publisher, death);
    },
    comeBack(source) {
      const publisher = publishers.get(source)!;
      publisher.isWanted = true;
      send(publisher, 'SIGCONT');
    },
    async [Symbol.asyncDispose]() {
      end.abort();
      await Promise.all(keeping);
    },
  };
}
