// Finds the first program of an MPEG transport stream: which packet ids carry its video and its audio (ISO 13818-1, 2.4.4).

export interface ElementaryStream {
  pid: number;
  codec: string;
}

export interface Program {
  video: ElementaryStream | undefined;
  audio: ElementaryStream | undefined;
}

const videoTypes: Record<number, string> = {
  0x01: 'mpeg1video',
  0x02: 'mpeg2video',
  0x10: 'mpeg4',
  0x1b: 'h264',
  0x24: 'hevc',
  0x33: 'vvc',
};
const audioTypes: Record<number, string> = {
  0x03: 'mp3',
  0x04: 'mp3',
  0x0f: 'aac',
  0x11: 'aac-latm',
  0x81: 'ac3',
  0x87: 'eac3',
};
/** Registration descriptors that give private data (stream type 6) a codec. */
const registeredVideo: Record<string, string> = { HEVC: 'hevc', H264: 'h264', AV01: 'av1' };
const registeredAudio: Record<string, string> = { 'AC-3': 'ac3', EAC3: 'eac3', Opus: 'opus' };

const patPid = 0;
/** A section is at most this long (2.4.4.9), with its three bytes of head. */
const maxSectionBytes = 1024;

/** Takes the payloads of packets and answers `program` once the map of the first program has been read. */
export class ProgramFinder {
  program: Program | undefined;
  #mapPid: number | undefined;
  #pat = new SectionBuffer();
  #map = new SectionBuffer();

  add(pid: number, isStart: boolean, payload: Uint8Array): void {
    if (this.program) return;
    if (pid === patPid) {
      const section = this.#pat.add(isStart, payload);
      if (section) this.#mapPid = firstMapPid(section) ?? this.#mapPid;
    } else if (pid === this.#mapPid) {
      const section = this.#map.add(isStart, payload);
      if (section) this.program = readMap(section);
    }
  }
}

/** Collects one section, which may lie over several packets. */
class SectionBuffer {
  #bytes: Buffer = Buffer.alloc(0);
  #isOpen = false;

  add(isStart: boolean, payload: Uint8Array): Buffer | undefined {
    if (isStart) {
      this.#bytes = Buffer.from(payload.subarray(1 + (payload[0] ?? 0)));
      this.#isOpen = true;
    } else if (this.#isOpen) {
      this.#bytes = Buffer.concat([this.#bytes, payload]);
    }
    if (!this.#isOpen || this.#bytes.length < 3) return undefined;
    const length = 3 + (this.#bytes.readUInt16BE(1) & 0xfff);
    if (length > maxSectionBytes) this.#isOpen = false;
    if (!this.#isOpen || this.#bytes.length < length) return undefined;
    this.#isOpen = false;
    return this.#bytes.subarray(0, length);
  }
}

function firstMapPid(section: Buffer): number | undefined {
  if (section[0] !== 0) return undefined;
  for (let at = 8; at + 4 <= section.length - 4; at += 4) {
    if (section.readUInt16BE(at) !== 0) return section.readUInt16BE(at + 2) & 0x1fff;
  }
  return undefined;
}

function readMap(section: Buffer): Program | undefined {
  if (section[0] !== 2 || section.length < 16) return undefined;
  const program: Program = { video: undefined, audio: undefined };
  const end = section.length - 4;
  let at = 12 + (section.readUInt16BE(10) & 0xfff);
  while (at + 5 <= end) {
    const type = section[at]!;
    const pid = section.readUInt16BE(at + 1) & 0x1fff;
    const infoLength = section.readUInt16BE(at + 3) & 0xfff;
    const registration =
      type === 0x06 ? registrationOf(section.subarray(at + 5, Math.min(end, at + 5 + infoLength))) : '';
    const video = videoTypes[type] ?? registeredVideo[registration];
    const audio = audioTypes[type] ?? registeredAudio[registration];
    if (video) program.video ??= { pid, codec: video };
    else if (audio) program.audio ??= { pid, codec: audio };
    at += 5 + infoLength;
  }
  return program;
}

/** The four characters of a registration descriptor (tag 5); AC-3 may use DVB's own tags instead. */
function registrationOf(descriptors: Buffer): string {
  for (let at = 0; at + 2 <= descriptors.length; at += 2 + descriptors[at + 1]!) {
    const tag = descriptors[at];
    if (tag === 0x05) return descriptors.toString('latin1', at + 2, at + 6);
    if (tag === 0x6a) return 'AC-3';
    if (tag === 0x7a) return 'EAC3';
  }
  return '';
}
