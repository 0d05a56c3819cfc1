// Composes one slot: finds its files again, encodes once, and keeps the finished piece until the lecture is proved elsewhere.
import { createHash } from 'node:crypto';
import { join, relative } from 'node:path';
import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { sourceRoles } from '../../contract/lecture-messages.ts';
import type { SourceRole } from '../../contract/lecture-messages.ts';
import { isFault } from '../../domain/fault.ts';
import { inStep } from '../../domain/fault-point.ts';
import { shiftsOnGrid, slotGrid } from '../../domain/lecture-grid.ts';
import type { SlotGrid } from '../../domain/lecture-grid.ts';
import { layoutOf } from '../../domain/lecture-layout.ts';
import { msFromIso } from '../../domain/range.ts';
import type { PaneSource, SoundSource } from '../../media/lecture/compose-slot.ts';
import { ownHeartbeat } from '../own-heartbeat.ts';
import { fillerCaption } from './filler-caption.ts';
import type { LectureDeps } from './lecture-deps.ts';
import { findSources, readLecture } from './lecture-sources.ts';
import type { KnownLecture, SlotSource, SlotSources } from './lecture-sources.ts';
import { lectureWorkKey } from './lecture-work.ts';
import { stillOfScreen } from './screen-still.ts';
import { findPiece, keepPiece } from './slot-pieces.ts';
import type { SlotPiece } from './slot-pieces.ts';
import { heardWhileSilent } from './tool-heartbeat.ts';
import type { ComposedSlot, ComposeRequest } from './types.ts';

/** Part of every piece's name: another way of composing makes other pieces. */
const recipe = 2;

interface Slot {
  known: KnownLecture;
  request: ComposeRequest;
  sources: SlotSources;
  signal: AbortSignal;
  heartbeat: (progress: unknown) => void;
}

/** A source that cannot be read, or is there no more, is replaced by a caption and named in the answer: one bad file does not lose the others. */
export async function composeSlot(deps: LectureDeps, request: ComposeRequest): Promise<ComposedSlot> {
  const signal = cancellationSignal();
  const heartbeat = ownHeartbeat();
  const known = await readLecture(deps, request.lectureId);
  const onBytes = (bytes: number): void => heartbeat({ bytes });
  const sources = await findSources(deps, { room: known.room, slot: request.slot, signal, onBytes });
  const slot: Slot = { known, request, sources, signal, heartbeat };
  const directory = await deps.storage.partialDir(lectureWorkKey(request.lectureId));
  const stem = pieceStem(slot);
  const finished = await findPiece(directory, stem);
  const piece = finished ?? (await makeHeard(deps, slot, { directory, stem }));
  const { frames, samples } = gridOf(slot);
  return {
    index: request.slot.index,
    path: relative(deps.storage.mediaRoot, piece.path),
    frames,
    samples,
    unreadable: piece.unreadable,
    isNew: !finished,
  };
}

function gridOf({ known: { row, room }, request: { slot } }: Slot): SlotGrid {
  return slotGrid({
    lectureStartMs: row.startMs,
    fromMs: msFromIso(slot.fromAt),
    toMs: msFromIso(slot.toAt),
    frameRate: room.spec.frameRate,
  });
}

/** What is known of a source counts from the slot's beginning. */
function shiftsOf(slot: Slot, source: SlotSource): ReturnType<typeof shiftsOnGrid> {
  const wallAtPtsZeroMs = msFromIso(slot.request.slot.fromAt) + source.shiftSeconds * 1000;
  return shiftsOnGrid(gridOf(slot), { wallAtPtsZeroMs });
}

/** The same inputs and choices make the same name, so a finished piece is found by it. */
function pieceStem({ known, request, sources }: Slot): string {
  const { choice, slot } = request;
  const { room, row } = known;
  const facts = {
    recipe,
    left: choice.left,
    right: choice.right,
    slot,
    startMs: row.startMs,
    layout: row.spec.layout ?? room.spec.layout,
    size: [room.spec.paneWidth, room.spec.paneHeight, room.spec.frameRate],
    sources: Object.entries(sources).map(([role, { sha256 }]) => [role, sha256]),
  };
  const hash = createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
  return `slot-${String(slot.index).padStart(3, '0')}-${hash}`;
}

/** Sources that a pane was to show and that were there when it was judged. */
const lostSources = ({ request: { choice }, sources }: Slot): SourceRole[] =>
  sourceRoles.filter((role) => (role === choice.left || role === choice.right) && !sources[role]);

const makeHeard = (
  deps: LectureDeps,
  slot: Slot,
  place: { directory: string; stem: string },
): Promise<SlotPiece> =>
  inStep(deps.faultPoint, 'compose', () =>
    heardWhileSilent(deps.settings.stallSeconds.media, (heartbeat) =>
      make(deps, { ...slot, heartbeat }, place),
    ),
  );

/** Tries again without a source that turned out to be unreadable. */
async function make(
  deps: LectureDeps,
  slot: Slot,
  place: { directory: string; stem: string },
): Promise<SlotPiece> {
  const unreadable = lostSources(slot);
  for (;;) {
    try {
      const from = await encode(deps, slot);
      return await keepPiece({ from, ...place, unreadable, faultPoint: deps.faultPoint });
    } catch (error) {
      const role = isFault(error, 'MediaUnreadable') ? (error.details['role'] as SourceRole) : undefined;
      if (!role || !slot.sources[role]) throw error;
      delete slot.sources[role];
      unreadable.push(role);
    }
  }
}

async function encode(deps: LectureDeps, slot: Slot): Promise<string> {
  const { known, request, signal, heartbeat } = slot;
  const { room, row } = known;
  const { paneWidth: width, paneHeight: height, frameRate } = room.spec;
  const workDir = await deps.storage.attemptDir(lectureWorkKey(request.lectureId), activityInfo().attempt);
  const panes = await panesOf(deps, slot, workDir);
  const layout = layoutOf(row.spec.layout ?? room.spec.layout, {
    pane: { width, height },
    left: panes.left !== undefined,
    right: panes.right !== undefined,
  });
  const outPath = join(workDir, `slot-${request.slot.index}.mkv`);
  const { frames, samples } = gridOf(slot);
  await deps.lecture.media.composeSlot({
    ...{ layout, frameRate, frames, samples, ...panes, ...soundOf(slot), outPath, workDir, signal },
    encoder: deps.lecture.settings.encoder,
    stallSeconds: deps.settings.stallSeconds.media,
    onProgress: (progress) => heartbeat(progress),
  });
  return outPath;
}

function soundOf(slot: Slot): { sound?: SoundSource } {
  const { sources } = slot;
  const role = (['sound', 'lecturer'] as const).find((one) => sources[one]?.hasSound);
  const source = role && sources[role];
  return source ? { sound: { ...source, role, shiftSeconds: shiftsOf(slot, source).soundSeconds } } : {};
}

interface Panes {
  left?: PaneSource;
  right?: PaneSource;
}

async function panesOf(deps: LectureDeps, slot: Slot, workDir: string): Promise<Panes> {
  const { choice } = slot.request;
  const panes: Panes = {};
  if (choice.left !== 'none') {
    panes.left =
      fileOf(slot, choice.left === 'lecturer' ? 'lecturer' : undefined) ?? filler(slot, 'lecturer');
  }
  if (choice.right === 'screen-still') {
    const path = await stillOfScreen(deps, { ...slot, ...slot.request, workDir });
    panes.right = path === undefined ? filler(slot, 'screen') : { kind: 'still', path };
  } else if (choice.right !== 'none') {
    const role = choice.right === 'filler' ? undefined : choice.right;
    panes.right = fileOf(slot, role) ?? filler(slot, role ?? 'screen');
  }
  return panes;
}

function fileOf(slot: Slot, role: SourceRole | undefined): PaneSource | undefined {
  const source = role && slot.sources[role];
  return source && { kind: 'file', ...source, role, shiftSeconds: shiftsOf(slot, source).pictureSeconds };
}

const filler = ({ known, request }: Slot, role: SourceRole): PaneSource => ({
  kind: 'filler',
  caption: fillerCaption({ role, slot: request.slot, timeZone: known.room.spec.timeZone }),
});
