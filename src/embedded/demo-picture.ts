// The picture of a demo camera: a test pattern with the camera's name and the wall clock burnt in, for people and for programs.
//
// The clock for programs is a row of boxes along the bottom edge, one a bit, so that a test can read the wall time of any frame back
// from its pixels, without a font and without reading letters.

/** Size and rate of the demo pictures. */
export const demoPicture = { width: 640, height: 360, framesPerSecond: 25 } as const;

/** The bar: `bits` boxes from the left edge, lowest bit first; white is 1. The value is milliseconds since midnight, UTC. */
export const clockBar = { bits: 27, boxWidth: 20, boxHeight: 20, top: demoPicture.height - 20 } as const;

/** The middle of a box, where its colour is read. */
export const clockBoxCentre = (bit: number): { x: number; y: number } => ({
  x: bit * clockBar.boxWidth + clockBar.boxWidth / 2,
  y: clockBar.top + clockBar.boxHeight / 2,
});

/** Milliseconds since midnight, from a frame's luma (one byte a pixel, rows of `demoPicture.width`). */
export function readClockBar(luma: Uint8Array): number {
  let value = 0;
  for (let bit = 0; bit < clockBar.bits; bit++) {
    const { x, y } = clockBoxCentre(bit);
    if ((luma[y * demoPicture.width + x] ?? 0) > 127) value += 2 ** bit;
  }
  return value;
}

/**
 * From the burning in to the arrival at the server: the kernel holds a packet back until the one before is acknowledged, 40 ms.
 * The clock shows the time of arrival, within 20 ms on a machine that is not overloaded.
 */
export const demoWayMs = 45;

export interface DemoPictureSpec {
  name: string;
  /** Epoch ms of the midnight (UTC) that the burnt clock counts from. */
  midnightMs: number;
  /** A font for the letters; without one only the bar shows the time. */
  fontFile?: string | undefined;
}

/**
 * The video filter chain, source included. Frames leave at the pace of the clock; each carries, burnt in and as its presentation
 * time, the wall time at which it left, counted from midnight: the first one as the clock showed it, each further one 40 ms more.
 */
export function demoPictureFilter({ name, midnightMs, fontFile }: DemoPictureSpec): string {
  const { width, height, framesPerSecond } = demoPicture;
  const firstMs = `st(0,if(eq(N,0),round((RTCTIME/1000000-${midnightMs / 1000})*1000)+${demoWayMs},ld(0)))`;
  const clock = `setpts='(${firstMs}+N*1000/${framesPerSecond})/1000/TB'`;
  return [
    `testsrc2=size=${width}x${height}:rate=${framesPerSecond}`,
    `realtime=limit=${mostLateSeconds}`,
    'settb=1/1000',
    clock,
    ...letters({ name, fontFile }),
    ...barFilters(),
    'format=yuv420p',
  ].join(',');
}

/** Frames that are late by less are hurried on; beyond that the filter would set its clock anew, and the burnt one would be wrong. */
const mostLateSeconds = 60;

/** Sound is dated this much late, so that it is always there when the multiplexer looks for what belongs to a picture. */
const soundLeadSeconds = 0.1;

/** A tone whose presentation times count from the same midnight. */
export function demoToneFilter({ hertz, midnightMs }: { hertz: number; midnightMs: number }): string {
  const firstSeconds = `st(0,if(eq(N,0),RTCTIME/1000000-${midnightMs / 1000}+${soundLeadSeconds},ld(0)))`;
  const clock = `asetpts='${firstSeconds}/TB+NB_CONSUMED_SAMPLES'`;
  return [
    `sine=frequency=${hertz}:sample_rate=48000`,
    `arealtime=limit=${mostLateSeconds}`,
    clock,
    'volume=0.2',
  ].join(',');
}

function letters({ name, fontFile }: Pick<DemoPictureSpec, 'name' | 'fontFile'>): string[] {
  if (fontFile === undefined) return [];
  const look = `fontfile=${fontFile}:fontsize=34:fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=8`;
  return [`drawtext=${look}:x=20:y=20:text='${name}'`, `drawtext=${look}:x=20:y=74:text='%{pts\\:hms} UTC'`];
}

function barFilters(): string[] {
  const { bits, boxWidth, boxHeight, top } = clockBar;
  const ground = `drawbox=x=0:y=${top}:w=${bits * boxWidth}:h=${boxHeight}:color=black:t=fill`;
  const boxes = Array.from({ length: bits }, (_, bit) => {
    const isSet = `mod(floor(floor(t*1000+0.5)/${2 ** bit}),2)`;
    return `drawbox=x=${bit * boxWidth}:y=${top}:w=${boxWidth}:h=${boxHeight}:color=white:t=fill:enable='${isSet}'`;
  });
  return [ground, ...boxes];
}
