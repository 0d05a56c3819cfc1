// A camera on a free loopback port that speaks as much RTSP as DESCRIBE needs, misbehaves by script, and records what it was asked.
import { createHash } from 'node:crypto';
import net, { type AddressInfo, type Socket } from 'node:net';
import tls from 'node:tls';

export type CameraStep =
  | { do: 'describe' }
  | { do: 'answer'; status: number; headers?: Record<string, string>; body?: string }
  /** these bytes as they are; the connection stays open unless told otherwise */
  | { do: 'raw'; bytes: string | Uint8Array; last?: 'end' | 'reset' }
  /** these bytes one by one, each in a segment of its own as far as the network allows */
  | { do: 'drip'; bytes: string }
  | { do: 'hang' }
  | { do: 'end' }
  | { do: 'reset' };

export interface CameraRequest {
  method: string;
  /** as it stands in the request line */
  target: string;
  /** by lower-case name */
  headers: Record<string, string>;
  /** number of its connection, from 0 */
  connection: number;
}

export interface CameraAuth {
  user: string;
  password: string;
  /** in the order in which they are offered, one header each */
  offers: readonly ('basic' | 'MD5' | 'SHA-256')[];
  /** Digest without qop, as old cameras have it */
  isOldDigest?: boolean;
}

export interface RtspCamera {
  port: number;
  requests: CameraRequest[];
  openConnections(): number;
  /** What `describe` answers. */
  offer(description: string): void;
  /** Each request takes the next step; after the last one the camera describes itself. */
  script(...steps: CameraStep[]): void;
  /** Every request that has no step of its own. */
  always(step: CameraStep): void;
  protect(auth: CameraAuth): void;
  close(): Promise<void>;
}

/** One answer with a right Content-Length. */
export function answerText(answer: {
  status: number;
  headers?: Record<string, string>;
  body?: string;
  lineEnd?: string;
}): string {
  const { status, headers = {}, body = '', lineEnd = '\r\n' } = answer;
  const lines = Object.entries({ 'Content-Length': String(Buffer.byteLength(body)), ...headers });
  return [`RTSP/1.0 ${status} Said`, ...lines.map(([name, value]) => `${name}: ${value}`), '', body].join(
    lineEnd,
  );
}

const hex = (algorithm: string, text: string) =>
  createHash(algorithm === 'SHA-256' ? 'sha256' : 'md5')
    .update(text)
    .digest('hex');

/** Like MediaMTX's: valid on its own connection only. */
const nonceOf = (connection: number) => `nonce-of-${connection}`;

function challengeText(auth: CameraAuth, connection: number): string {
  const challenges = auth.offers.map((offer) => {
    if (offer === 'basic') return 'WWW-Authenticate: Basic realm="other, Digest realm"';
    const qop = auth.isOldDigest ? '' : ', qop="auth"';
    const algorithm = auth.isOldDigest && offer === 'MD5' ? '' : `, algorithm=${offer}`;
    return `WWW-Authenticate: Digest realm="a camera", nonce="${nonceOf(connection)}"${qop}${algorithm}`;
  });
  return ['RTSP/1.0 401 Unauthorized', 'CSeq: 1', ...challenges, '', ''].join('\r\n');
}

/** Which offer the request answers rightly, or undefined. */
export function loginOf(auth: CameraAuth, request: CameraRequest): string | undefined {
  const given = request.headers['authorization'] ?? '';
  const basic = `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}`;
  if (auth.offers.includes('basic') && given === basic) return 'basic';
  const field = (name: string) =>
    new RegExp(`[ ,]${name}="?((?:[^",\\\\]|\\\\.)*)"?`).exec(given)?.[1]?.replace(/\\(.)/g, '$1') ?? '';
  return auth.offers.find((offer) => {
    const key = hex(offer, `${auth.user}:a camera:${auth.password}`);
    const asked = hex(offer, `${request.method}:${request.target}`);
    const nonce = nonceOf(request.connection);
    const middle = auth.isOldDigest ? nonce : `${nonce}:${field('nc')}:${field('cnonce')}:auth`;
    return (
      field('username') === auth.user &&
      field('uri') === request.target &&
      field('response') === hex(offer, `${key}:${middle}:${asked}`)
    );
  });
}

function parseRequest(text: string, connection: number): CameraRequest {
  const [requestLine = '', ...lines] = text.split('\r\n');
  const [method = '', target = ''] = requestLine.split(' ');
  const headers = lines.map((line) => [
    line.slice(0, line.indexOf(':')).toLowerCase(),
    line.slice(line.indexOf(':') + 1).trim(),
  ]);
  return { method, target, headers: Object.fromEntries(headers) as Record<string, string>, connection };
}

async function drip(socket: Socket, bytes: string): Promise<void> {
  for (const byte of bytes) await new Promise((resolve) => socket.write(byte, resolve));
}

/** Starts it; close it in the test's end. */
export async function startRtspCamera(encryption?: { key: string; cert: string }): Promise<RtspCamera> {
  const requests: CameraRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  let steps: CameraStep[] = [];
  let otherwise: CameraStep = { do: 'describe' };
  let auth: CameraAuth | undefined;
  let description = '';

  function answer(socket: Socket, request: CameraRequest): void {
    const step = steps.shift() ?? otherwise;
    if (step.do === 'hang') return;
    if (step.do === 'end') return void socket.end();
    if (step.do === 'reset') return void socket.resetAndDestroy();
    if (step.do === 'drip') return void drip(socket, step.bytes);
    if (step.do === 'answer') return void socket.write(answerText(step));
    if (step.do === 'raw') {
      socket.write(step.bytes, () => {
        if (step.last === 'end') socket.end();
        if (step.last === 'reset') socket.resetAndDestroy();
      });
      return;
    }
    if (auth && !loginOf(auth, request)) return void socket.write(challengeText(auth, request.connection));
    socket.write(answerText({ status: 200, body: description }));
  }

  function serve(socket: Socket): void {
    const connection = connections++;
    let pending = '';
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      pending += chunk.toString('utf8');
      for (let end = pending.indexOf('\r\n\r\n'); end >= 0; end = pending.indexOf('\r\n\r\n')) {
        const request = parseRequest(pending.slice(0, end), connection);
        pending = pending.slice(end + 4);
        requests.push(request);
        answer(socket, request);
      }
    });
  }

  const server = encryption ? tls.createServer(encryption, serve) : net.createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    requests,
    openConnections: () => sockets.size,
    offer: (text) => void (description = text),
    script: (...wanted) => void (steps = wanted),
    always: (step) => void (otherwise = step),
    protect: (wanted) => void (auth = wanted),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
