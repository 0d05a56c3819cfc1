// What the end of a relay was: which of its two sides failed, and how; ffmpeg itself calls the death of a camera a success.
import { Fault, type FaultType } from '../domain/fault.ts';

export interface RelayRun {
  /** What ffmpeg.ts made of a bad end; absent for exit code 0. */
  fault?: Fault;
  /** Pictures passed on. */
  frames: number;
  /** Since the last new picture, or since the start. */
  silentSeconds: number;
  stallSeconds: number;
  /** `host:port` of the server. */
  target: string;
}

/** As ffmpeg 5.1 to 7 speak of the output: only publishers announce and record. */
const targetSigns =
  /method (?:ANNOUNCE|RECORD) failed|Could not write header|Error (?:writing trailer|opening output|muxing a packet|submitting a packet|initializing output)|av_interleaved_write_frame\(\)/;

/** A server closes publishers that fall silent, so a broken output after this long is the camera's doing. */
const silenceSeconds = 5;

/**
 * SourceStalled: no new picture; AuthRejected, SourceMissing, SourceBusy, SourceUnreachable, MediaUnreadable: the camera refused, ended or
 * sends something else; LeaseLost: the server refuses the token; PeerDropped: the server cannot be reached, or broke off; EncoderFailed: the rest.
 * Messages hold no address of a camera and nothing that changes from try to try, so that equal failures read alike.
 */
export function relayEnd(run: RelayRun): Fault {
  const { fault } = run;
  const failure = failureOf(run);
  return new Fault(failure.type, failure.message, fault?.details ?? {}, fault ? { cause: fault } : {});
}

interface Failure {
  type: FaultType;
  message: string;
}

function failureOf(run: RelayRun): Failure {
  const { fault, frames, silentSeconds } = run;
  if (fault?.type === 'SourceStalled') return stall(run);
  const tail = fault?.details.stderrTail ?? [];
  if (tail.some((line) => targetSigns.test(line))) return targetFailure(run, tail);
  if (frames > 0 && silentSeconds >= silenceSeconds) return stall(run);
  if (!fault) return { type: 'SourceUnreachable', message: 'The camera ended the stream.' };
  return sourceFailure(fault, tail);
}

function stall({ frames, stallSeconds }: RelayRun): Failure {
  const message =
    frames > 0
      ? 'No new picture came while the connection stood.'
      : `The camera sent no picture within ${stallSeconds} s.`;
  return { type: 'SourceStalled', message };
}

function targetFailure(run: RelayRun, tail: readonly string[]): Failure {
  const { frames, silentSeconds, target } = run;
  const text = tail.join('\n');
  if (/\b40[13] (?:Unauthorized|Forbidden)|authorization failed/.test(text))
    return { type: 'LeaseLost', message: `The gate of MediaMTX at ${target} refuses this relay's token.` };
  if (frames > 0 && silentSeconds >= silenceSeconds) return stall(run);
  const what = frames > 0 ? 'broke off' : 'could not be made';
  return {
    type: 'PeerDropped',
    message: `The connection to MediaMTX at ${target} ${what}: ${causeIn(tail)}.`,
  };
}

const sourceWords: Partial<Record<FaultType, string>> = {
  AuthRejected: 'The camera refuses the login',
  SourceMissing: 'The camera has no stream at this address',
  SourceBusy: 'The camera serves too many others',
  SourceUnreachable: 'The camera cannot be reached',
  MediaUnreadable: 'The camera sends no video that can be read',
};

function sourceFailure({ type, message }: Fault, tail: readonly string[]): Failure {
  const words = sourceWords[type];
  if (words) return { type, message: `${words}: ${causeIn(tail)}.` };
  return { type, message: message.replace(/\[[^\]]* @ 0x[0-9a-f]+\] /g, '') };
}

const telling =
  /failed|refused|timed out|unreachable|reset|broken|No route|Server returned|matches no streams|Invalid/i;

/** The words of the first line that gives a reason, without names and addresses in front. */
function causeIn(tail: readonly string[]): string {
  const line = tail.find((text) => telling.test(text)) ?? tail.at(-1) ?? 'no reason given';
  return line
    .replace(/^(?:\[[^\]]*\] )+/, '')
    .split(': ')
    .at(-1)!
    .replace(/\.$/, '')
    .slice(0, 200);
}
