// Removes secrets from text that leaves the process: credentials in addresses, known secrets in all their spellings.
import { base64Cores } from './base64.ts';
import { type ByteLayer, percentDecodedLayer, rawLayer } from './byte-layers.ts';
import { credentialSpans } from './credential-spans.ts';
import { utf8Bytes } from './utf8.ts';

const mark = '***';
/** Shorter secrets are only removed from addresses: erasing every "1" of a log would hide the log and show the secret. */
const minSecretLength = 3;
/** An address inside an address inside an address is where we stop undoing percent-encoding. */
const decodeRounds = 2;

/** Characters of the text to hide, half-open. */
type Span = readonly [from: number, to: number];

/** An address without its credentials: `rtsp://***@host/path`. Query values that are named like secrets go too. */
export const redactUrl = (text: string): string => redactText({ text });

/**
 * The text without credentials in addresses and `Authorization` headers, and without the given secrets as they are,
 * percent-encoded in any mixture (twice too), JSON-escaped, or inside Base64. Time grows with the length of the text only.
 */
export function redactText({ text, secrets = [] }: { text: string; secrets?: readonly string[] }): string {
  const forms = secrets.filter((secret) => secret.length >= minSecretLength).flatMap(spellings);
  const spans: Span[] = credentialSpans(text).slice();
  for (const form of forms) for (const at of occurrences(text, form)) add(spans, [at, at + form.length]);
  if (text.includes('%')) collectDecoded(text, forms, spans);
  return spans.length === 0 ? text : hide(text, spans);
}

/** The same search in the text with its percent-encoding undone, once and twice; spans are those of the text as it stands. */
function collectDecoded(text: string, forms: readonly string[], spans: Span[]): void {
  const mayHoldAddress = /%(?:25){0,2}3a%(?:25){0,2}2f/i.test(text);
  if (forms.length === 0 && !mayHoldAddress) return;
  const byteForms = forms.map((form) => latin1(utf8Bytes(form)));
  let layer: ByteLayer | undefined = rawLayer(text);
  for (let round = 0; round < decodeRounds && layer !== undefined; round++) {
    layer = percentDecodedLayer(layer);
    if (layer === undefined) break;
    const { bytes, from } = layer;
    const decoded = latin1(bytes);
    for (const form of byteForms) {
      for (const at of occurrences(decoded, form)) add(spans, [from[at]!, endOf(from, at + form.length - 1)]);
    }
    if (!mayHoldAddress) continue;
    // Addresses that show without decoding were read as they stand.
    const wasEncoded = (index: number): boolean => from[index + 3]! - from[index]! > 3;
    for (const [start, end] of credentialSpans(decoded, wasEncoded)) spans.push([from[start]!, from[end]!]);
  }
}

function spellings(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const forms = new Set([secret, json, json.replaceAll('/', '\\/'), secret.replaceAll(' ', '+')]);
  for (const core of base64Cores(utf8Bytes(secret))) {
    if (core.length < 4) continue;
    forms.add(core);
    forms.add(core.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return [...forms];
}

/** Occurrences that touch become one span, or a text of one letter would make as many spans as it has letters. */
function add(spans: Span[], [from, to]: Span): void {
  const last = spans.at(-1);
  if (last && from >= last[0] && from <= last[1]) spans[spans.length - 1] = [last[0], Math.max(to, last[1])];
  else spans.push([from, to]);
}

/** Every occurrence, overlapping ones too. */
function* occurrences(text: string, form: string): Generator<number> {
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) yield at;
}

/** The end of the character that the byte belongs to. */
function endOf(from: Int32Array, index: number): number {
  let next = index + 1;
  while (next < from.length - 1 && from[next] === from[index]) next++;
  return from[next]!;
}

/** One character per byte, so that the platform's search runs over bytes. */
function latin1(bytes: ArrayLike<number>): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 8192) {
    text += String.fromCharCode(...Array.prototype.slice.call(bytes, index, index + 8192));
  }
  return text;
}

function hide(text: string, spans: Span[]): string {
  spans.sort((a, b) => a[0] - b[0]);
  let shown = '';
  let cursor = 0;
  for (const [from, to] of spans) {
    if (to <= cursor) continue;
    // Spans that touch or overlap become one mark.
    if (from > cursor || cursor === 0) shown += text.slice(cursor, Math.max(cursor, from)) + mark;
    cursor = to;
  }
  return shown + text.slice(cursor);
}
