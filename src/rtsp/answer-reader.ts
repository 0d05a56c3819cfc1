// Cuts RTSP answers out of the bytes of a connection: tolerant of sloppy cameras, strict in how much is read.
import { Fault } from '../domain/fault.ts';

export interface RtspAnswer {
  status: number;
  /** By lower-case name, in the order of their appearance. */
  headers: ReadonlyMap<string, readonly string[]>;
  body: string;
}

export interface AnswerReader {
  /** The next whole answer, or undefined while bytes are missing. @throws Fault MediaUnreadable */
  feed(chunk: Uint8Array): RtspAnswer | undefined;
  /** A part of an answer has come. */
  hasBegun(): boolean;
}

const maxHeaderBytes = 64 << 10;
const maxBodyBytes = 256 << 10;
/** Before an answer. */
const maxNoiseBytes = 256 << 10;
const start = Buffer.from('RTSP/');

interface Head extends Pick<RtspAnswer, 'status' | 'headers'> {
  bodyBytes: number;
  /** Where the body begins. */
  endsAt: number;
}

/** @param from `host:port`, for messages */
export function createAnswerReader(from: string): AnswerReader {
  let pending: Buffer = Buffer.alloc(0);
  /** Of a body, not yet added to `pending`: a body that comes byte by byte is copied once. */
  let pieces: Uint8Array[] = [];
  let pieceBytes = 0;
  let noiseBytes = 0;
  /** No header ends before this position: bytes that come one by one are not searched again and again. */
  let searchedTo = 0;
  /** Read already; its body is still coming. */
  let head: Head | undefined;

  function dropNoise(): void {
    const bytes = noiseLength(pending);
    noiseBytes += bytes;
    pending = pending.subarray(bytes);
    if (noiseBytes > maxNoiseBytes)
      throw unreadable(from, `sends more than ${maxNoiseBytes} bytes before it answers`);
  }

  function takeAnswer(): RtspAnswer | undefined {
    if (!head) {
      dropNoise();
      if (pending.length === 0 || pending[0] === dollar) return undefined;
      const found = readHead(pending, { searchFrom: searchedTo, from });
      searchedTo = found ? 0 : Math.max(0, pending.length - 3);
      pending = pending.subarray(found?.endsAt ?? 0);
      head = found;
    }
    if (!head || pending.length < head.bodyBytes) return undefined;
    const { status, headers, bodyBytes } = head;
    const body = pending.toString('utf8', 0, bodyBytes);
    head = undefined;
    pending = pending.subarray(bodyBytes);
    return { status, headers, body };
  }

  return {
    feed(chunk) {
      pieces.push(chunk);
      pieceBytes += chunk.length;
      if (head && pending.length + pieceBytes < head.bodyBytes) return undefined;
      pending = Buffer.concat([pending, ...pieces]);
      pieces = [];
      pieceBytes = 0;
      let answer = takeAnswer();
      // 1xx says that the answer is still to come.
      while (answer && answer.status < 200) answer = takeAnswer();
      return answer;
    },
    hasBegun: () => head !== undefined || pending.length > noiseLength(pending),
  };
}

const [lineFeed, carriageReturn, dollar] = [10, 13, 0x24];

/** Bytes of empty lines and of whole packets (`$`, channel, length) of a stream that somebody left running. */
function noiseLength(bytes: Buffer): number {
  for (let at = 0; ;) {
    const first = bytes[at];
    const isPacket = first === dollar && at + 4 <= bytes.length;
    const length = isPacket ? 4 + bytes.readUInt16BE(at + 2) : 1;
    if (!isPacket && first !== lineFeed && first !== carriageReturn) return at;
    if (at + length > bytes.length) return at;
    at += length;
  }
}

/** Undefined while its end has not come. */
function readHead(
  bytes: Buffer,
  { searchFrom, from }: { searchFrom: number; from: string },
): Head | undefined {
  const prefix = bytes.subarray(0, start.length);
  if (!prefix.equals(start.subarray(0, prefix.length)))
    throw unreadable(from, `speaks ${spokenBy(bytes)}, not RTSP`);
  const found = headerEnd(bytes, searchFrom);
  if ((found?.end ?? bytes.length) > maxHeaderBytes)
    throw unreadable(from, `sends a header of more than ${maxHeaderBytes} bytes`);
  if (!found) return undefined;
  const parsed = parseHead(bytes.toString('latin1', 0, found.end), from);
  return {
    ...parsed,
    bodyBytes: contentLength(parsed.headers, from),
    endsAt: found.end + found.blankBytes,
  };
}

/** Where the lines of the header end and how long the blank line is, with either kind of line ending. */
function headerEnd(bytes: Buffer, from: number): { end: number; blankBytes: number } | undefined {
  for (let at = bytes.indexOf(lineFeed, from); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) {
    if (bytes[at + 1] === lineFeed) return { end: at, blankBytes: 2 };
    if (bytes[at + 1] === carriageReturn && bytes[at + 2] === lineFeed) return { end: at, blankBytes: 3 };
  }
  return undefined;
}

function parseHead(text: string, from: string): Pick<Head, 'status' | 'headers'> {
  // A line that begins with a blank goes on with the one before it.
  const [statusLine = '', ...lines] = text.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const status = /^RTSP\/\d\.\d[ \t]+(\d{3})(?:\s|$)/.exec(statusLine)?.[1];
  if (status === undefined) throw unreadable(from, 'answers with a status line that is none');
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const values = headers.get(name) ?? [];
    values.push(line.slice(colon + 1).trim());
    headers.set(name, values);
  }
  return { status: Number(status), headers };
}

function contentLength(headers: RtspAnswer['headers'], from: string): number {
  const [value = '0', ...others] = new Set(headers.get('content-length'));
  if (others.length > 0 || !/^\d{1,9}$/.test(value))
    throw unreadable(from, 'answers with a Content-Length that is no length');
  if (Number(value) > maxBodyBytes) throw unreadable(from, `sends a body of more than ${maxBodyBytes} bytes`);
  return Number(value);
}

/** What somebody speaks who does not begin with `RTSP/`. */
function spokenBy(bytes: Buffer): string {
  const word = /^(HTTP|SSH)[/-]/.exec(bytes.toString('latin1', 0, 8))?.[1];
  // A TLS record: alert or handshake, of version 3.x.
  const isTls = (bytes[0] === 0x15 || bytes[0] === 0x16) && bytes[1] === 3;
  return word ?? (isTls ? 'TLS' : 'something else');
}

function unreadable(from: string, trouble: string): Fault {
  return new Fault('MediaUnreadable', `The camera at ${from} ${trouble}.`);
}
