// What the tests of this room share: session descriptions, a probe with short limits, a login that must not show.
import { expect } from 'vitest';
import { isFault, type Fault } from '../../src/domain/fault.ts';
import { percentEncode } from '../../src/domain/url.ts';
import { describeRtsp, type DescribeAsk } from '../../src/rtsp/describe.ts';

/** `m=` and `a=` lines behind the usual head. */
export const description = (...lines: string[]): string =>
  ['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=Camera', 't=0 0', ...lines, ''].join('\r\n');

export const jpegVideo = ['m=video 0 RTP/AVP 26', 'a=control:trackID=1'];
export const jpegDescription = description(...jpegVideo);

/** The facts of `jpegDescription`. */
export const jpegFacts = { video: { codec: 'mjpeg' }, videos: 1 };

export const ask = (url: string, over: Partial<DescribeAsk> = {}) =>
  describeRtsp({ url, timeoutSeconds: 5, signal: new AbortController().signal, ...over });

/** The fault of a probe that must fail. */
export async function faultOf(url: string, over: Partial<DescribeAsk> = {}): Promise<Fault> {
  const facts = await ask(url, over).catch((error: unknown) => error);
  if (isFault(facts)) return facts;
  throw facts instanceof Error ? facts : new Error(`no fault, but ${JSON.stringify(facts)}`);
}

export const user = 'view:er@home';
export const canary = 'cäñary@:/%#"\\ 🐤-7f3';

export const withLogin = (url: string): string =>
  url.replace('//', `//${percentEncode(user)}:${percentEncode(canary)}@`);

/** Nothing that a person can read of a failure holds the login or the address. */
export function expectNoSecret(fault: Fault): void {
  const shown = [fault.message, fault.stack, JSON.stringify(fault), String(fault.cause)].join('\n');
  for (const secret of ['7f3', 'home', 'channel=2']) expect(shown).not.toContain(secret);
}
