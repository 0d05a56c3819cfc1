// The filter graphs of a slot: where each pane's pictures stand in time and on the canvas, and the sound beside them. Text only; nothing runs here.
import type { Layout, PanePlace } from '../../domain/lecture-layout.ts';
import { samplesPerSecond } from '../../domain/lecture-grid.ts';
import type { OpenedPane, OpenedSources, PaneRole, Rotation } from './compose-spec.ts';

export interface GraphSpec {
  layout: Layout;
  frameRate: number;
  frames: number;
  samples: number;
  sources: OpenedSources;
  /** Behind everything, to bring pictures onto a card. */
  lastFilters: readonly string[];
}

/** The bigger pane is laid first and carries the canvas. */
export function paneOrder({ layout, sources }: Pick<GraphSpec, 'layout' | 'sources'>): PaneRole[] {
  const area = (role: PaneRole): number => layout[role]!.width * layout[role]!.height;
  return (['left', 'right'] as const)
    .filter((role) => sources[role] && layout[role])
    .toSorted((a, b) => area(b) - area(a));
}

/** Inputs are numbered as `paneOrder` says; the result is called `[v]`. */
export function pictureGraph(spec: GraphSpec): string {
  const [base, above] = paneOrder(spec);
  const last = [
    `trim=end_frame=${spec.frames}`,
    // One description for all slots, whatever the sources say of their colours: slots with one header join by copy.
    'setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709',
    ...spec.lastFilters,
  ].join(',');
  const isBeside = above !== undefined && fillCanvas(spec.layout);
  const first = `[0:v:0]${paneChain(spec, { role: base!, isCanvas: !isBeside })}`;
  if (!above) return `${first},${last}[v]`;
  const { x, y } = spec.layout[above]!;
  // Putting rows together costs half of laying one picture over another.
  const meet = isBeside ? 'hstack=inputs=2' : `overlay=x=${x}:y=${y}:format=yuv420:eval=init`;
  return [
    `${first}[base]`,
    `[1:v:0]${paneChain(spec, { role: above, isCanvas: false })}[above]`,
    `[base][above]${meet},${last}[v]`,
  ].join(';');
}

/** The right pane begins where the left one ends, and nothing of the canvas is left over. */
function fillCanvas({ canvas, left, right }: Layout): boolean {
  const isWhole = (place?: PanePlace): boolean => place?.y === 0 && place.height === canvas.height;
  if (!left || !right || !isWhole(left) || !isWhole(right)) return false;
  return left.x === 0 && right.x === left.width && right.x + right.width === canvas.width;
}

/**
 * Pictures of one pane on the grid: frame 0 is the last picture at or before position 0 (or the first one, of a file that begins later),
 * a hole and the time after the end show the last picture.
 */
function paneChain(spec: GraphSpec, pane: { role: PaneRole; isCanvas: boolean }): string {
  const source = spec.sources[pane.role]!;
  // `pass`: the only picture of a still is shorter than a frame of a slow grid, and would be rounded away.
  const grid = `fps=${spec.frameRate}:start_time=0:eof_action=pass`;
  // The fewer pictures are scaled the better: those of a slow source before they are repeated, those of a fast one after they are dropped.
  const dropsFirst = source.kind === 'file' && source.frameRate > spec.frameRate;
  return [
    ...clockFilters(source),
    ...(dropsFirst ? [grid] : []),
    ...placeFilters(source.kind === 'file' ? source.rotation : 0, spec.layout[pane.role]!),
    ...(pane.isCanvas ? [padTo(spec.layout.canvas, spec.layout[pane.role]!)] : []),
    'setsar=1',
    ...(dropsFirst ? [] : [grid]),
    'tpad=stop=-1:stop_mode=clone',
  ].join(',');
}

/** Microseconds: clocks of containers are coarser or divide them. */
function clockFilters(source: OpenedPane): string[] {
  const shift = source.kind === 'file' ? Math.round(source.shiftSeconds * 1e6) : 0;
  return ['settb=AVTB', `setpts=PTS+(${shift})`];
}

const turns: Record<Rotation, readonly string[]> = {
  0: [],
  90: ['transpose=cclock'],
  180: ['hflip', 'vflip'],
  270: ['transpose=clock'],
};

/** `dar` is the shape as it is meant to be seen, with oblong pixels. Sizes may change between pictures, hence `eval=frame`. */
function placeFilters(rotation: Rotation, place: PanePlace): string[] {
  const lies = rotation === 90 || rotation === 270;
  const [width, height] = lies ? [place.height, place.width] : [place.width, place.height];
  const size = [
    `w='max(2,2*round(min(${width},${height}*dar)/2))'`,
    `h='max(2,2*round(min(${height},${width}/dar)/2))'`,
  ].join(':');
  const scale = `scale=${size}:eval=frame:out_range=tv`;
  const pad = `pad=w=${width}:h=${height}:x=(ow-iw)/2:y=(oh-ih)/2:eval=frame`;
  return [scale, 'format=yuv420p', pad, ...turns[rotation]];
}

function padTo(canvas: Layout['canvas'], place: PanePlace): string {
  return `pad=w=${canvas.width}:h=${canvas.height}:x=${place.x}:y=${place.y}`;
}

/**
 * Exactly `samples` samples of stereo, called `[a]`, in a graph of its own: a change in the sound's form must not begin the pictures anew.
 * A clock that runs apart is followed gently (2 % faster or slower at most) up to 30 ms, then by a cut or by silence.
 */
export function soundGraph(spec: Pick<GraphSpec, 'samples' | 'sources'> & { inputIndex: number }): string {
  const end = [`atrim=end_sample=${spec.samples}`, 'asetpts=N/SR/TB'];
  const form = 'aformat=sample_fmts=s16:channel_layouts=stereo';
  const { sound } = spec.sources;
  if (!sound) return `anullsrc=r=${samplesPerSecond}:cl=stereo,${[form, ...end].join(',')}[a]`;
  const filters = [
    `asetpts='floor(PTS+${sound.shiftSeconds.toFixed(6)}/TB+0.5)'`,
    'atrim=start=0',
    `aresample=${samplesPerSecond}:async=1000:min_hard_comp=0.03:first_pts=0`,
    ...[form, 'apad', ...end],
  ];
  return `[${spec.inputIndex}:a:0]${filters.join(',')}[a]`;
}
