import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  answerText,
  loginOf,
  startRtspCamera,
  type CameraAuth,
  type CameraStep,
  type RtspCamera,
} from '../fakes/rtsp-camera.ts';
import { eventually } from '../setup/eventually.ts';
import {
  ask,
  canary,
  description,
  expectNoSecret,
  faultOf,
  jpegDescription,
  jpegFacts,
  jpegVideo,
  user,
  withLogin,
} from './descriptions.ts';

const good: CameraAuth = { user, password: canary, offers: ['MD5'] };

let camera: RtspCamera;
let url: string;
let openUrl: string;
beforeEach(async () => {
  camera = await startRtspCamera();
  camera.offer(jpegDescription);
  openUrl = `rtsp://127.0.0.1:${camera.port}/live/1?channel=2`;
  url = withLogin(openUrl);
});
afterEach(async () => {
  await eventually(() => camera.openConnections() === 0, { what: 'a closed connection' });
  await camera.close();
});

describe('an open camera', () => {
  it('is asked once, without a login, by its address without credentials', async () => {
    const logins: string[] = [];
    expect(await ask(url, { onLogin: () => logins.push('login') })).toEqual(jpegFacts);
    expect(camera.requests.map(({ method, target }) => ({ method, target }))).toEqual([
      { method: 'DESCRIBE', target: openUrl },
    ]);
    expect(camera.requests[0]?.headers).toMatchObject({ accept: 'application/sdp', cseq: '1' });
    expect(camera.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(logins).toEqual([]);
  });

  it('is asked for / when its address has no path', async () => {
    await ask(`rtsp://127.0.0.1:${camera.port}`);
    expect(camera.requests[0]?.target).toBe(`rtsp://127.0.0.1:${camera.port}/`);
  });

  it('is found by name and by IPv6 address', async () => {
    expect(await ask(openUrl.replace('127.0.0.1', 'localhost'))).toEqual(jpegFacts);
    expect(await faultOf('rtsp://[::1]:9/x')).toMatchObject({
      type: 'SourceUnreachable',
      message: expect.stringContaining('[::1]:9 '),
    });
  });
});

describe('a login', () => {
  it.each<[string, Partial<CameraAuth>, string]>([
    ['Digest MD5 with qop', { offers: ['MD5'] }, 'MD5'],
    ['Digest MD5 as old cameras have it', { offers: ['MD5'], isOldDigest: true }, 'MD5'],
    ['Digest SHA-256', { offers: ['SHA-256'] }, 'SHA-256'],
    ['Digest SHA-256 without qop', { offers: ['SHA-256'], isOldDigest: true }, 'SHA-256'],
    ['Basic', { offers: ['basic'] }, 'basic'],
    ['the strongest of several', { offers: ['basic', 'MD5', 'SHA-256', 'basic'] }, 'SHA-256'],
    ['Digest rather than Basic', { offers: ['MD5', 'basic'] }, 'MD5'],
  ])(
    'answers %s, counted before it is sent, over the connection that asked for it',
    async (_, over, used) => {
      const auth = { ...good, ...over };
      camera.protect(auth);
      const seenAtLogin: number[] = [];
      expect(await ask(url, { onLogin: () => seenAtLogin.push(camera.requests.length) })).toEqual(jpegFacts);
      expect(seenAtLogin).toEqual([1]);
      expect(camera.requests.map((request) => [request.connection, loginOf(auth, request)])).toEqual([
        [0, undefined],
        [0, used],
      ]);
    },
  );

  it.each<[CameraAuth['offers']]>([[['basic']], [['MD5']], [['SHA-256', 'MD5', 'basic']]])(
    'that is refused by %j is not tried again',
    async (offers) => {
      camera.protect({ user, password: 'another', offers });
      let logins = 0;
      const fault = await faultOf(url, { onLogin: () => (logins += 1) });
      expect(fault).toMatchObject({
        type: 'AuthRejected',
        message: expect.stringContaining('refuses the login'),
      });
      expect([camera.requests.length, logins]).toEqual([2, 1]);
      expectNoSecret(fault);
    },
  );

  it('that is forbidden afterwards is refused too', async () => {
    camera.script(
      { do: 'answer', status: 401, headers: { 'www-authenticate': 'Basic' } },
      { do: 'answer', status: 403 },
    );
    expect(await faultOf(url)).toMatchObject({ type: 'AuthRejected', details: { status: 403 } });
  });

  it.each([
    ['an address without one', () => openUrl, 'Basic realm="x"', 'wants a login'],
    [
      'a kind that we do not know',
      () => url,
      'Negotiate, Digest nonce="n", algorithm=WHIRLPOOL',
      'neither Digest nor Basic',
    ],
    ['a challenge that names none', () => url, '', 'neither Digest nor Basic'],
  ])('is neither made up nor sent for %s', async (_, address, challenge, words) => {
    camera.always({ do: 'answer', status: 401, headers: { 'WWW-Authenticate': challenge } });
    let logins = 0;
    const fault = await faultOf(address(), { onLogin: () => (logins += 1) });
    expect(fault).toMatchObject({ type: 'AuthRejected', message: expect.stringContaining(words) });
    expect([camera.requests.length, logins]).toEqual([1, 0]);
    expectNoSecret(fault);
  });

  it('is not sent when its count says no', async () => {
    camera.protect(good);
    const refusal = new Error('three logins in 15 min');
    const onLogin = () => {
      throw refusal;
    };
    await expect(ask(url, { onLogin })).rejects.toBe(refusal);
    expect(camera.requests).toHaveLength(1);
  });

  it('never becomes a header of its own', async () => {
    camera.protect({ ...good, user: 'a\r\nX: y' });
    expect(await faultOf(openUrl.replace('//', '//a%0D%0AX%3A%20y:p@'))).toMatchObject({
      type: 'ForbiddenUrl',
    });
    expect(camera.requests).toHaveLength(1);
  });
});

describe('a redirect', () => {
  const to = (location: string, status = 302): CameraStep => ({
    do: 'answer',
    status,
    headers: { Location: location },
  });

  it('on the same host is followed twice, with a login for each address that asks for one', async () => {
    camera.protect(good);
    const second = openUrl.replace('live/1', 'live/2');
    camera.script({ do: 'describe' }, to(second, 301), to(openUrl));
    let logins = 0;
    expect(await ask(url, { onLogin: () => (logins += 1) })).toEqual(jpegFacts);
    expect(camera.requests.map(({ target, connection }) => [target, connection])).toEqual([
      [openUrl, 0],
      [openUrl, 0],
      [second, 1],
      [openUrl, 2],
      [openUrl, 2],
    ]);
    expect(logins).toBe(2);
  });

  it('to another port of the same host is followed', async () => {
    const other = await startRtspCamera();
    try {
      other.offer(jpegDescription);
      camera.always(to(`rtsp://someone:else@127.0.0.1:${other.port}/x`));
      other.protect(good);
      expect(await ask(url)).toEqual(jpegFacts);
    } finally {
      await other.close();
    }
  });

  it('in a circle ends', async () => {
    camera.always(to(openUrl));
    expect(await faultOf(url)).toMatchObject({ type: 'SourceUnreachable' });
    expect(camera.requests).toHaveLength(3);
  });

  it.each([
    'rtsp://localhost/x',
    'rtsp://10.0.0.1/x',
    'http://127.0.0.1/x',
    'file:///etc/passwd',
    '/relative',
    `rtsp://127.0.0.1/${'x'.repeat(5000)}`,
  ])('to %.40s is refused', async (location) => {
    camera.always(to(location));
    const fault = await faultOf(url);
    expect(fault).toMatchObject({
      type: 'ForbiddenUrl',
      message: expect.stringContaining(`127.0.0.1:${camera.port}`),
    });
    expectNoSecret(fault);
  });

  it('to nowhere is no answer', async () => {
    camera.always({ do: 'answer', status: 302 });
    expect(await faultOf(url)).toMatchObject({ type: 'MediaUnreadable' });
  });
});

describe('a sloppy camera is understood', () => {
  const body = jpegDescription.replaceAll('\r\n', '\n');
  const whole = answerText({ status: 200, body });
  it.each<[string, CameraStep]>([
    ['with line feeds alone', { do: 'raw', bytes: answerText({ status: 200, body, lineEnd: '\n' }) }],
    [
      'with lower-case names',
      { do: 'raw', bytes: `RTSP/1.0 200 OK\r\ncontent-length:${body.length}\r\n\r\n${body}` },
    ],
    [
      'with folded lines',
      {
        do: 'raw',
        bytes: `RTSP/1.0 200 OK\r\nContent-Length:\r\n ${body.length}\r\nX: a\r\n\tb\r\n\r\n${body}`,
      },
    ],
    ['with no reason', { do: 'raw', bytes: `RTSP/1.0 200\r\nContent-Length: ${body.length}\r\n\r\n${body}` }],
    [
      'with a line that is no header',
      { do: 'raw', bytes: `RTSP/1.0 200 OK\r\nhm\r\nContent-Length: ${body.length}\r\n\r\n${body}` },
    ],
    ['after empty lines', { do: 'raw', bytes: `\r\n\r\n${whole}` }],
    ['after packets of a stream', { do: 'raw', bytes: `$\0\0\x05RTSP/\r\n$\x01\0\0${whole}` }],
    ['after an answer that promises another', { do: 'raw', bytes: `RTSP/1.0 100 Continue\r\n\r\n${whole}` }],
    ['with rubbish behind it', { do: 'raw', bytes: `${whole}rubbish`, last: 'end' }],
    ['byte by byte', { do: 'drip', bytes: `$\0\0\x01x${whole}` }],
  ])('%s', async (_, step) => {
    camera.always(step);
    expect(await ask(url)).toEqual(jpegFacts);
  });

  it('with three videos: the first counts', async () => {
    camera.offer(description('m=video 0 RTP/AVP 97', 'a=rtpmap:97 VP8/90000', ...jpegVideo, ...jpegVideo));
    expect(await ask(url)).toEqual({ video: { codec: 'vp8' }, videos: 3 });
  });
});

describe('an abort', () => {
  it('before the start connects to nobody', async () => {
    const reason = new Error('not wanted');
    await expect(ask(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(camera.requests).toEqual([]);
  });

  it('closes the connection at once and gives its reason', async () => {
    camera.always({ do: 'hang' });
    const stop = new AbortController();
    const asking = ask(url, { signal: stop.signal, timeoutSeconds: 60 }).catch((error: unknown) => error);
    await eventually(() => camera.requests.length === 1);
    const reason = new Error('not wanted any more');
    stop.abort(reason);
    expect(await asking).toBe(reason);
    await eventually(() => camera.openConnections() === 0, { seconds: 2 });
  });
});
