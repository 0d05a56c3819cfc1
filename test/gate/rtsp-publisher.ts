// A publisher that speaks RTSP step by step, to stop between two steps where ffmpeg never does.
import { connect } from 'node:net';
import { once } from 'node:events';

export interface RtspPublisher extends AsyncDisposable {
  announce(): Promise<number>;
  /** SETUP of its one track, and RECORD. 0: the server has hung up. */
  record(): Promise<number>;
}

const sdp = [
  'v=0',
  'o=- 0 0 IN IP4 127.0.0.1',
  's=test',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=video 0 RTP/AVP 96',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 packetization-mode=1; sprop-parameter-sets=Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg==',
  'a=control:trackID=0',
  '',
].join('\r\n');

/** Connects; `url` has the login in it. */
export async function rtspPublisher(url: string): Promise<RtspPublisher> {
  const { hostname, port, pathname, username, password } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined).setEncoding('utf8');
  await once(socket, 'connect');
  const address = `rtsp://${hostname}:${port}${pathname}`;
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  let count = 0;
  let session: string | undefined;
  const ask = async (method: string, target: string, more: string[] = [], body = ''): Promise<number> => {
    if (socket.destroyed) return 0;
    const head = [`${method} ${target} RTSP/1.0`, `CSeq: ${(count += 1)}`, `Authorization: ${authorization}`];
    const sessionLine = session === undefined ? [] : [`Session: ${session}`];
    const length = body === '' ? [] : [`Content-Length: ${body.length}`];
    socket.write([...head, ...sessionLine, ...more, ...length, '', body].join('\r\n'));
    const closed = new AbortController();
    socket.once('close', () => closed.abort());
    const answer = await once(socket, 'data', { signal: closed.signal }).then(
      ([text]) => String(text),
      () => '',
    );
    session ??= /^Session: ([^;\r]+)/m.exec(answer)?.[1];
    return Number(/^RTSP\/1\.0 (\d+)/.exec(answer)?.[1] ?? 0);
  };
  return {
    announce: () => ask('ANNOUNCE', address, ['Content-Type: application/sdp'], sdp),
    async record() {
      const transport = 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1;mode=record';
      const status = await ask('SETUP', `${address}/trackID=0`, [transport]);
      return status === 200 ? ask('RECORD', address) : status;
    },
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}
