// Finds what looks like a credential in free text: the user part of addresses, secret query values, Authorization headers.
import { isHost, parsePort } from './url-host.ts';

type Span = [from: number, to: number];

const headers =
  /\b(?:proxy-)?authorization["']?[ \t]{0,4}[:=][ \t]{0,4}["']?(?:basic|bearer|digest)[ \t]{1,4}/gi;
const secretValue =
  /[?&;_](?:[a-z0-9]{0,16}[_-]?)(?:password|passwd|passphrase|pwd|pass|secret|token|api[_-]?key|auth|signature|sig)=/gi;

/**
 * Spans of characters to hide, in no particular order; linear in the text.
 * @param wanted decides by the index of `://` whether an address counts
 */
export function credentialSpans(text: string, wanted: (index: number) => boolean = () => true): Span[] {
  const spans: Span[] = [];
  collectAddresses(text, wanted, spans);
  collectHeaders(text, spans);
  return spans;
}

function collectHeaders(text: string, spans: Span[]): void {
  headers.lastIndex = 0;
  while (headers.test(text)) {
    const start = headers.lastIndex;
    const end = lineEnd(text, start);
    if (!text.startsWith('***', start)) spans.push([start, end]);
    headers.lastIndex = end;
  }
}

function collectAddresses(text: string, wanted: (index: number) => boolean, spans: Span[]): void {
  let line: Line = { end: -1, lastAt: -1 };
  for (let index = text.indexOf('://'); index >= 0;) {
    const start = index + 3;
    let resume = start;
    if (wanted(index) && /[a-z0-9+.-]/i.test(text.charAt(index - 1))) {
      if (start > line.end) line = lineAt(text, start);
      const token = text.slice(start, tokenEnd(text, start));
      const hidden = hiddenLength(token, line.lastAt - start);
      if (hidden > 0) spans.push([start, start + hidden]);
      collectSecretValues(text, { start, token }, spans);
      resume = Math.max(start + token.length, start + hidden);
    }
    index = text.indexOf('://', resume);
  }
}
interface Line {
  end: number;
  /** of the last `@` on the line, -1 without one */
  lastAt: number;
}

function lineAt(text: string, start: number): Line {
  const end = lineEnd(text, start);
  const at = text.slice(start, end).lastIndexOf('@');
  return { end, lastAt: at < 0 ? -1 : start + at };
}

/**
 * How many characters after `://` to hide. Passwords written raw may hold any of `@ : / ? #` and even spaces, so the last
 * `@` of the token counts, and where the token cannot be a host the last one of the line; hiding too much is the safe error.
 */
function hiddenLength(token: string, lineAt: number): number {
  const at = token.lastIndexOf('@');
  const authority = token.slice(0, authorityLength(token));
  if (at >= 0) {
    if (!token.slice(0, at).includes(':')) return Math.max(0, authority.lastIndexOf('@'));
    return authority.includes('@') || !isAddressWithPort(authority) ? at : 0;
  }
  if (isPlausibleHost(authority)) return 0;
  return lineAt > 0 ? lineAt : token.length;
}

function authorityLength(token: string): number {
  let length = 0;
  while (length < token.length && !'/?#'.includes(token.charAt(length))) length++;
  return length;
}

/** `127.0.0.1:8080`, `[::1]:80`, `localhost:80`: nobody is called so, thus an `@` further on belongs to the path. */
function isAddressWithPort(authority: string): boolean {
  return /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\]|localhost):\d{1,5}$/i.test(authority);
}

/** A host with or without a port, as it may stand in a sentence: `http://host:80).` */
function isPlausibleHost(authority: string): boolean {
  let end = authority.length;
  while (end > 0 && "'),.;:".includes(authority.charAt(end - 1))) end--;
  const hostport = authority.slice(0, end);
  const colon = hostport.indexOf(':', hostport.startsWith('[') ? hostport.indexOf(']') : 0);
  if (colon < 0) return true;
  return parsePort(hostport.slice(colon + 1)) !== undefined && isHost(hostport.slice(0, colon).toLowerCase());
}

function collectSecretValues(text: string, at: { start: number; token: string }, spans: Span[]): void {
  if (!at.token.includes('=')) return;
  for (const match of at.token.matchAll(secretValue)) {
    const from = at.start + match.index + match[0].length;
    const rest = at.token.slice(match.index + match[0].length);
    const length = /^[^&;#]*/.exec(rest)?.[0].length ?? 0;
    if (length > 0 && !text.startsWith('***', from)) spans.push([from, from + length]);
  }
}

function tokenEnd(text: string, start: number): number {
  tokenStop.lastIndex = start;
  return tokenStop.exec(text)?.index ?? text.length;
}
const tokenStop = /[\s"<>`]/g;

function lineEnd(text: string, start: number): number {
  lineStop.lastIndex = start;
  return lineStop.exec(text)?.index ?? text.length;
}
const lineStop = /[\r\n]/g;
