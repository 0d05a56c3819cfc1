// Removes secrets from text that leaves the process: credentials in addresses, known secrets in all their spellings.
import { base64Cores } from './base64.ts';
import type { ByteLayer } from './byte-layers.ts';
import { percentDecodedLayer, rawLayer } from './byte-layers.ts';
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
  const patterns = secrets.filter((secret) => secret.length >= minSecretLength).flatMap(spellings);
  const spans: Span[] = credentialSpans(text).slice();
  const mayHoldAddress = text.includes('%') && /%(25)*3a%(25)*2f/i.test(text);
  if (patterns.length > 0 || mayHoldAddress) {
    for (const [depth, layer] of layersOf(text).entries()) {
      for (const pattern of patterns) collect(layer, pattern, spans);
      if (depth > 0 && mayHoldAddress) collectDecodedAddresses(layer, spans);
    }
  }
  return spans.length === 0 ? text : hide(text, spans);
}

function layersOf(text: string): ByteLayer[] {
  const layers = [rawLayer(text)];
  for (let round = 0; round < decodeRounds && text.includes('%'); round++) {
    const decoded = percentDecodedLayer(layers.at(-1)!);
    if (decoded === undefined) break;
    layers.push(decoded);
  }
  return layers;
}

function spellings(secret: string): Uint8Array[] {
  const bytes = utf8Bytes(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const forms = new Set([secret, json, json.replaceAll('/', '\\/'), secret.replaceAll(' ', '+')]);
  for (const core of base64Cores(bytes)) {
    if (core.length < 4) continue;
    forms.add(core);
    forms.add(core.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return Array.from(forms, (form) => Uint8Array.from(utf8Bytes(form)));
}

/** Knuth, Morris and Pratt: every occurrence, overlapping ones too, in time that no text can stretch. */
function collect({ bytes, from }: ByteLayer, pattern: Uint8Array, spans: Span[]): void {
  const fallback = fallbackOf(pattern);
  let matched = 0;
  for (let index = 0; index < bytes.length; index++) {
    while (matched > 0 && pattern[matched] !== bytes[index]) matched = fallback[matched - 1]!;
    if (pattern[matched] === bytes[index]) matched++;
    if (matched < pattern.length) continue;
    spans.push([from[index + 1 - pattern.length]!, endOf(from, index)]);
    matched = fallback[matched - 1]!;
  }
}

function fallbackOf(pattern: Uint8Array): Int32Array {
  const fallback = new Int32Array(pattern.length);
  for (let index = 1, matched = 0; index < pattern.length; index++) {
    while (matched > 0 && pattern[matched] !== pattern[index]) matched = fallback[matched - 1]!;
    if (pattern[matched] === pattern[index]) matched++;
    fallback[index] = matched;
  }
  return fallback;
}

/** The end of the character that the byte belongs to. */
function endOf(from: Int32Array, index: number): number {
  let next = index + 1;
  while (next < from.length - 1 && from[next] === from[index]) next++;
  return from[next]!;
}

/** Addresses that only show once decoded (`%3A%2F%2F`); those that show anyway were read as they stand. */
function collectDecodedAddresses({ bytes, from }: ByteLayer, spans: Span[]): void {
  const text = latin1(bytes);
  const wasEncoded = (index: number): boolean => from[index + 3]! - from[index]! > 3;
  for (const [start, end] of credentialSpans(text, wasEncoded)) spans.push([from[start]!, from[end]!]);
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 8192) {
    text += String.fromCharCode(...bytes.subarray(index, index + 8192));
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
