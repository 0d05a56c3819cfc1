// One connection to a camera: requests go out, whole answers come in, and whatever ends it is told as a fault.
import net, { type Socket } from 'node:net';
import tls from 'node:tls';
import { Fault } from '../domain/fault.ts';
import { faultOfConnection } from './answer-faults.ts';
import { createAnswerReader, type RtspAnswer } from './answer-reader.ts';

export interface ConnectionSpec {
  /** IPv6 without brackets. */
  host: string;
  port: number;
  isTls: boolean;
  /** `host:port`, for messages. */
  from: string;
  /** When it must be over, by `performance.now()`. */
  untilMs: number;
  signal: AbortSignal;
}

export interface RtspConnection {
  /** Sends a request; one at a time. @throws Fault SourceUnreachable, SourceStalled, MediaUnreadable; the signal's reason */
  ask(request: string): Promise<RtspAnswer>;
  /** SHA-256 of the camera's certificate in hex, once it has answered; undefined without TLS. */
  certificateSha256(): string | undefined;
  close(): void;
}

/** Begins to connect; what goes wrong is thrown by `ask`. The caller closes it. */
export function openConnection(spec: ConnectionSpec): RtspConnection {
  const { from, signal } = spec;
  const reader = createAnswerReader(from);
  const answers = Promise.withResolvers<never>();
  let waiting = Promise.withResolvers<RtspAnswer>();
  let isConnected = false;
  const socket = openSocket(spec);

  function close(): void {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
  }
  function fail(reason: unknown): void {
    answers.reject(reason);
    close();
  }
  function onAbort(): void {
    fail(signal.reason);
  }
  function onData(chunk: Buffer): void {
    try {
      const answer = reader.feed(chunk);
      if (answer) waiting.resolve(answer);
    } catch (error) {
      fail(error);
    }
  }

  // Nobody may be asking when it ends.
  answers.promise.catch(() => undefined);
  const timer = setTimeout(
    () => fail(lateFault({ from, isConnected, hasBegun: reader.hasBegun() })),
    Math.max(0, spec.untilMs - performance.now()),
  );
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  socket.on('connect', () => (isConnected = true));
  socket.on('data', onData);
  socket.on('end', () => fail(endFault(from, reader.hasBegun())));
  // Stays for good: a socket may break after it was closed.
  socket.on('error', (error) => fail(faultOfConnection(error, from)));

  return {
    ask(request) {
      waiting = Promise.withResolvers();
      socket.write(request);
      return Promise.race([waiting.promise, answers.promise]);
    },
    certificateSha256: () => fingerprintOf(socket),
    close,
  };
}

function fingerprintOf(socket: Socket): string | undefined {
  if (!(socket instanceof tls.TLSSocket)) return undefined;
  return socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase();
}

/** Cameras sign their certificates themselves, so whoever answers is believed: TLS keeps listeners out here, not impostors. */
function openSocket({ host, port, isTls }: ConnectionSpec): Socket {
  if (!isTls) return net.connect({ host, port });
  const servername = net.isIP(host) === 0 ? { servername: host } : {};
  return tls.connect({ host, port, rejectUnauthorized: false, ...servername });
}

function lateFault(state: { from: string; isConnected: boolean; hasBegun: boolean }): Fault {
  const { from, isConnected, hasBegun } = state;
  if (!isConnected)
    return new Fault('SourceUnreachable', `The camera at ${from} does not accept a connection in time.`);
  const trouble = hasBegun ? 'stopped in the middle of an answer' : 'is connected and does not answer';
  return new Fault('SourceStalled', `The camera at ${from} ${trouble}.`);
}

function endFault(from: string, hasBegun: boolean): Fault {
  return hasBegun
    ? new Fault('MediaUnreadable', `The camera at ${from} ended the connection in the middle of an answer.`)
    : new Fault('SourceUnreachable', `The camera at ${from} ended the connection without an answer.`);
}
