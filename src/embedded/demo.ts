// What the demo needs besides the stack: cameras that publish, and the window in which one of them goes away.
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../domain/fault.ts';
import {
  type DemoCamera,
  demoPathPrefix,
  findDemoFont,
  publishDemoCamera,
  type PublishingCamera,
} from './demo-cameras.ts';
import { demoPaths, interrupt } from './demo-show.ts';
import type { Stack } from './up.ts';

export interface DemoSpec {
  stack: Stack;
  ffmpegPath: string;
  windowSeconds: number;
  note: (line: string) => void;
  signal: AbortSignal;
}

export interface DemoRecording {
  /** Window in which all was recorded, whole seconds. */
  windowStartMs: number;
  windowEndMs: number;
  /** Stops the cameras. Safe to call twice. */
  stop(): Promise<void>;
}

const tones: DemoCamera[] = [
  { path: demoPaths.live[0], toneHertz: 440 },
  { path: demoPaths.live[1], toneHertz: 550 },
  { path: demoPaths.interrupted, toneHertz: 660 },
];

/** Starts the cameras, waits until all are recorded, and returns when the window is over. */
export async function recordDemo({
  stack,
  ffmpegPath,
  windowSeconds,
  note,
  signal,
}: DemoSpec): Promise<DemoRecording> {
  stack.gate.openToGuests(demoPathPrefix);
  const fontFile = await findDemoFont();
  const { rtspUrl } = stack.mediamtx;
  const publish = (camera: DemoCamera): PublishingCamera =>
    publishDemoCamera({ run: stack.run, ffmpegPath, rtspUrl, camera, fontFile });
  const cameras = tones.map(publish);
  const stop = async (): Promise<void> => {
    await Promise.all(cameras.map((camera) => camera.stop()));
  };
  try {
    await waitUntilRecorded(stack, signal);
    const windowStartMs = Math.ceil(Date.now() / 1000 + 1) * 1000;
    note(`${tones.length} cameras publish and are recorded; the window of ${windowSeconds} s begins.`);
    const interruptedAt = cameras.length - 1;
    const interrupted = cameras[interruptedAt];
    if (interrupted)
      cameras[interruptedAt] = await interrupt({
        ...{ camera: interrupted, windowStartMs, windowSeconds, signal },
        publish: () => publish(tones[interruptedAt] ?? { path: demoPaths.interrupted, toneHertz: 660 }),
      });
    const windowEndMs = windowStartMs + windowSeconds * 1000;
    await delay(Math.max(0, windowEndMs - Date.now()), undefined, { signal });
    return { windowStartMs, windowEndMs, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const startPatienceSeconds = 30;

/** Returns when the playback server lists a second of every camera that publishes. */
async function waitUntilRecorded({ mediamtx }: Stack, signal: AbortSignal): Promise<void> {
  const { user, password } = mediamtx.users.reader;
  const headers = { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  const deadlineMs = Date.now() + startPatienceSeconds * 1000;
  for (const { path } of tones) {
    while (!(await isRecorded(`${mediamtx.playbackUrl}/list?path=${path}`, headers))) {
      if (Date.now() > deadlineMs)
        throw new Fault(
          'SourceMissing',
          `The demo camera ${path} was not recorded within ${startPatienceSeconds} s.`,
          {
            remedy: 'Run `longtake doctor`: ffmpeg with libx264 and a free RTSP port are needed.',
          },
        );
      await delay(250, undefined, { signal });
    }
  }
}

async function isRecorded(url: string, headers: Record<string, string>): Promise<boolean> {
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(5000) });
  const body: unknown = await answer.json();
  return (
    answer.ok && Array.isArray(body) && body.some((span) => (span as { duration: number }).duration >= 1)
  );
}
