// Asks a camera that sends HLS whether it does: its playlist is fetched, its streams are known once MediaMTX pulls it.
import { Fault, type FaultType } from '../../domain/fault.ts';
import { parseSourceUrl, redactUrl, serializeUrl, stripCredentials } from '../../domain/url.ts';
import type { HttpSource } from '../../mediamtx/http-source.ts';
import type { SourceFacts } from '../../rtsp/describe.ts';

interface PlaylistAsk {
  /** http:// or https://, with the credentials percent-encoded in it; secret. */
  url: string;
  timeoutSeconds: number;
  signal: AbortSignal;
}

const types: Record<number, FaultType> = {
  401: 'AuthRejected',
  403: 'AuthRejected',
  404: 'SourceMissing',
  410: 'SourceMissing',
  429: 'SourceBusy',
  503: 'SourceBusy',
};

/** Throws AuthRejected, SourceMissing, SourceBusy, SourceUnreachable, SourceStalled; MediaUnreadable for anything but a playlist. */
export async function probePlaylist(
  { fetchText }: Pick<HttpSource, 'fetchText'>,
  { url, timeoutSeconds, signal }: PlaylistAsk,
): Promise<SourceFacts> {
  const { url: bare, credentials } = stripCredentials(url);
  const asked = serializeUrl(parseSourceUrl(bare, ['http', 'https']));
  const inTime = AbortSignal.timeout(timeoutSeconds * 1000);
  const answer = await fetchText({
    url: asked,
    credentials,
    signal: AbortSignal.any([signal, inTime]),
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    if (!inTime.aborted) throw error;
    throw new Fault(
      'SourceUnreachable',
      `No playlist came within ${timeoutSeconds} s from ${redactUrl(asked)}.`,
    );
  });
  if (answer.status !== 200) {
    const type = types[answer.status] ?? 'SourceUnreachable';
    throw new Fault(type, `The camera answers ${answer.status} at ${answer.url}.`, { status: answer.status });
  }
  if (!answer.text.startsWith('#EXTM3U'))
    throw new Fault('MediaUnreadable', `What comes from ${answer.url} is no HLS playlist.`);
  return { video: { codec: 'unknown' }, videos: 1 };
}
