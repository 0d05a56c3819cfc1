// A camera made by ffmpeg: moving pictures, and sound as cameras have it, published to a MediaMTX that plays the camera's part.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RunEnd } from '../../src/process/run-spec.ts';
import { eventually } from '../setup/eventually.ts';
import { testRun } from '../setup/test-tools.ts';

const execute = promisify(execFile);

export interface LiveCamera extends AsyncDisposable {
  /** To its process: SIGSTOP freezes the picture, SIGKILL ends it. */
  signal(name: NodeJS.Signals): void;
  ended: Promise<RunEnd>;
  stop(): Promise<void>;
}

export interface CameraSpec {
  /** G.711 when absent. */
  sound?: 'pcm_alaw' | 'adpcm_g722';
  /** Pictures end after this long while the sound goes on; 0: there are none; endless when absent. */
  pictureSeconds?: number;
}

/** Sends until it is stopped. */
export async function startCamera(
  publishUrl: string,
  { sound = 'pcm_alaw', pictureSeconds }: CameraSpec = {},
): Promise<LiveCamera> {
  const run = await testRun();
  const abort = new AbortController();
  let group: number | undefined;
  const length = pictureSeconds === undefined ? '' : `:duration=${pictureSeconds}`;
  const video = `-re -f lavfi -i testsrc2=size=320x180:rate=10${length}`;
  const encode = '-c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -g 10';
  const tone = `-re -f lavfi -i sine=frequency=440:sample_rate=${sound === 'adpcm_g722' ? 16000 : 8000}`;
  const ended = run({
    command: 'ffmpeg',
    args: [
      ...['-nostdin', '-v', 'error', ...(pictureSeconds === 0 ? [] : video.split(' ')), ...tone.split(' ')],
      ...(pictureSeconds === 0 ? [] : encode.split(' ')),
      ...['-c:a', sound, '-f', 'rtsp', '-rtsp_transport', 'tcp', publishUrl],
    ],
    signal: abort.signal,
    onStart: (id) => (group = id),
  });
  ended.catch(() => undefined);
  const stop = async (): Promise<void> => {
    abort.abort();
    await ended.catch(() => undefined);
  };
  return {
    ended,
    stop,
    signal: (name) => void (group !== undefined && process.kill(-group, name)),
    [Symbol.asyncDispose]: stop,
  };
}

export interface SeenStream {
  codec_name: string;
  codec_type: string;
  sample_rate?: string;
  has_b_frames?: number;
}

/** What a viewer gets, asked again until pictures come. */
export async function seenAt(readUrl: string): Promise<SeenStream[]> {
  const seen = await eventually(
    async () => {
      const args = ['-v', 'error', '-rtsp_transport', 'tcp', '-read_intervals', '%+#5', '-show_entries'];
      const entries = 'packet=flags:stream=codec_name,codec_type,sample_rate,has_b_frames';
      const { stdout } = await execute('ffprobe', [...args, entries, '-of', 'json', readUrl], {
        timeout: 15_000,
      });
      const { streams, packets } = JSON.parse(stdout) as { streams: SeenStream[]; packets: unknown[] };
      return packets.length > 0 ? streams : undefined;
    },
    { what: 'pictures for a viewer' },
  );
  return seen ?? [];
}
