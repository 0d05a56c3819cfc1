// Looks at the files of one slot: which sources show something, and where sound is; the workflow chooses the panes by it.
import type { SourceRole } from '../../contract/lecture-messages.ts';
import { judgeScreen } from '../../domain/blank-picture.ts';
import type { ContainerName } from '../../domain/gap-report.ts';
import type { SlotFacts } from '../../domain/pane-choice.ts';
import type { SamplePicturesSpec } from '../../media/lecture/sample-pictures.ts';

export interface JudgedSource {
  /** Absolute. */
  path: string;
  container: ContainerName;
  /** Position in the slot's output minus time in the file, seconds; negative: the beginning is cut. */
  shiftSeconds: number;
  hasSound: boolean;
}

export interface JudgeSpec {
  /** Its number in the lecture, and the length of the part that the lecture needs. */
  slot: { index: number; lengthSeconds: number };
  sources: Partial<Record<SourceRole, JudgedSource>>;
  /** 64×36 RGB pictures that count as blank in this room. */
  noSignal: readonly Uint8Array[];
  stallSeconds: number;
  signal: AbortSignal;
  /** Several times for each source that is looked at. */
  onProgress: (progress: { looksAt: SourceRole }) => void;
}

export interface JudgeDeps {
  samplePictures(spec: SamplePicturesSpec): Promise<Uint8Array[]>;
}

/** A source whose file gives no picture is absent, however it is damaged. Throws what samplePictures throws of this host. */
export async function judgeSlot(deps: JudgeDeps, spec: JudgeSpec): Promise<SlotFacts> {
  const { sources, noSignal } = spec;
  const screen = judgeScreen(await picturesOf(deps, spec, 'screen'), noSignal);
  const lecturer = judgeScreen(await picturesOf(deps, spec, 'lecturer'), []);
  const board = judgeScreen(await picturesOf(deps, spec, 'board'), noSignal);
  const { blankShare, noSignalDistance } = screen;
  return {
    index: spec.slot.index,
    lecturer: lecturer.state,
    screen: screen.state,
    board: board.state,
    sound: sources.sound?.hasSound ? 'sound' : sources.lecturer?.hasSound ? 'lecturer' : 'none',
    ...(screen.state === 'absent' ? {} : { screenBlankShare: blankShare }),
    ...(noSignalDistance === undefined ? {} : { noSignalDistance }),
  };
}

async function picturesOf(deps: JudgeDeps, spec: JudgeSpec, role: SourceRole): Promise<Uint8Array[]> {
  const source = spec.sources[role];
  if (!source) return [];
  const onProgress = (): void => spec.onProgress({ looksAt: role });
  onProgress();
  const { path, container, shiftSeconds } = source;
  return deps.samplePictures({
    ...{ path, container, signal: spec.signal, stallSeconds: spec.stallSeconds, onProgress },
    fromSeconds: Math.max(0, -shiftSeconds),
    toSeconds: spec.slot.lengthSeconds - shiftSeconds,
  });
}
