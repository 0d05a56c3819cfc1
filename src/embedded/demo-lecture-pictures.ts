// What the sources of the demo's room show: a lecturer with a clock, slides, a card without a signal, a board. Filters of ffmpeg alone.

export const demoLecturePicture = { width: 640, height: 360, framesPerSecond: 25 } as const;

export type DemoScene = 'lecturer' | 'slides' | 'noSignal' | 'board';

export interface DemoSceneSpec {
  scene: DemoScene;
  /** Slot of the lecture, from 0. */
  slot: number;
  /** Wall time of the first picture, epoch seconds. */
  startUnix: number;
  seconds: number;
  /** A font for letters; without one shapes alone tell the scenes apart. */
  fontFile?: string | undefined;
}

/** The video filter chain, source included; as long as the slot. */
export function demoSceneFilter(spec: DemoSceneSpec): string {
  const { width, height, framesPerSecond } = demoLecturePicture;
  const shape = `size=${width}x${height}:rate=${framesPerSecond}:duration=${spec.seconds}`;
  const chains: Record<DemoScene, () => string[]> = {
    lecturer: () => [`testsrc2=${shape}`, ...clock(spec)],
    slides: () => slides(spec, shape),
    noSignal: () => [
      `smptehdbars=${shape}`,
      ...letters(spec, { text: 'NO SIGNAL', size: 64, y: '(h-text_h)/2' }),
    ],
    board: () => board(spec, shape),
  };
  return [...chains[spec.scene](), 'format=yuv420p'].join(',');
}

/** A tone that rises with the slots, so that a joint can be heard. */
export const demoSlotTone = ({ slot, seconds }: Pick<DemoSceneSpec, 'slot' | 'seconds'>): string =>
  `sine=frequency=${440 + 110 * slot}:sample_rate=48000:duration=${seconds},volume=0.2`;

function clock({ startUnix, slot, ...font }: DemoSceneSpec): string[] {
  return [
    ...letters(font, { text: 'Lecturer', size: 34, y: '20' }),
    ...letters(font, { text: `%{pts\\:gmtime\\:${startUnix}\\:%T} UTC`, size: 34, y: '74' }),
    // Without letters the slot can still be told: as many boxes as its number.
    ...Array.from({ length: slot + 1 }, (_, at) =>
      box({ x: 20 + at * 40, y: 320, w: 30, h: 30, color: 'white' }),
    ),
  ];
}

const paper = { x: 40, lines: 5 };

/** A heading and lines of text; the next slide in the middle of the slot. */
function slides({ slot, seconds, ...font }: DemoSceneSpec, shape: string): string[] {
  const half = seconds / 2;
  const slide = (number: number, enable: string): string[] => [
    ...letters(font, { text: `Slide ${number}`, size: 44, y: '24', enable }),
    ...Array.from({ length: paper.lines }, (_, line) =>
      box({
        ...{ x: paper.x, y: 110 + line * 44, w: 240 + ((number * 97 + line * 61) % 320), h: 18 },
        ...{ color: line === 0 ? '0xffc857' : '0xd7e3f4', enable },
      }),
    ),
  ];
  return [
    `color=c=0x16324f:${shape}`,
    ...slide(slot * 2 + 1, `lt(t,${half})`),
    ...slide(slot * 2 + 2, `gte(t,${half})`),
  ];
}

/** Chalk that grows with the time. */
function board({ seconds, ...font }: DemoSceneSpec, shape: string): string[] {
  const strokes = Array.from({ length: 6 }, (_, stroke) =>
    box({
      ...{ x: 60 + (stroke % 3) * 180, y: 120 + Math.floor(stroke / 3) * 100, w: 140, h: 6 },
      ...{ color: 'white', enable: `gte(t,${(stroke * seconds) / 8})` },
    }),
  );
  return [
    `color=c=0x1d4d3a:${shape}`,
    ...letters(font, { text: 'Board', size: 44, y: '24' }),
    box({ x: 20, y: 80, w: 600, h: 4, color: '0xc8d8cf' }),
    ...strokes,
  ];
}

interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
  color: string;
  /** When it is seen; always when absent. */
  enable?: string;
}

const box = ({ x, y, w, h, color, enable }: Box): string =>
  `drawbox=x=${x}:y=${y}:w=${w}:h=${h}:color=${color}:t=fill${enable ? `:enable='${enable}'` : ''}`;

function letters(
  { fontFile }: { fontFile?: string | undefined },
  { text, size, y, enable }: { text: string; size: number; y: string; enable?: string },
): string[] {
  if (fontFile === undefined) return [];
  const look = `fontfile=${fontFile}:fontsize=${size}:fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=8`;
  return [`drawtext=${look}:x=40:y=${y}:text='${text}'${enable ? `:enable='${enable}'` : ''}`];
}
