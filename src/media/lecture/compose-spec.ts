// What a caller says about a slot to be composed, and what it gets back.
import type { ContainerName } from '../../domain/gap-report.ts';
import type { Layout } from '../../domain/lecture-layout.ts';
import type { FfmpegProgress } from '../ffmpeg.ts';
import type { PlaceDeps } from '../place-files.ts';
import type { FindHardwareEncoder } from './encoder.ts';

/** A recorded file. Position in the slot = presentation time in the file + shift, seconds; what comes to lie before 0 is cut off. */
export interface FileSource {
  path: string;
  container: ContainerName;
  shiftSeconds: number;
  /** What its faults call it; the pane's own name unless given. */
  role?: string;
}

/** What stands in a pane. `still`: a PNG or JPEG picture; `filler`: a caption on dark ground. */
export type PaneSource =
  ({ kind: 'file' } & FileSource) | { kind: 'still'; path: string } | { kind: 'filler'; caption: string };

/** Its first audio stream is used; without one the slot is silent. */
export type SoundSource = FileSource;

export interface ComposeDeps extends PlaceDeps {
  ffprobePath: string;
  findHardwareEncoder: FindHardwareEncoder;
}

export interface ComposeSlotSpec {
  layout: Layout;
  /** Frames a second, whole. */
  frameRate: number;
  /** By the lecture's grid: so many are written, whatever the sources have. */
  frames: number;
  /** At 48 kHz. */
  samples: number;
  left?: PaneSource;
  right?: PaneSource;
  sound?: SoundSource;
  /** A Matroska file. */
  outPath: string;
  /** Scratch; what is made in it is removed again. */
  workDir: string;
  /** `auto`: that of the graphics card when there is one that works. */
  encoder: 'auto' | 'software';
  stallSeconds: number;
  signal: AbortSignal;
  onProgress?: (progress: FfmpegProgress) => void;
}

export interface ComposedPiece {
  frames: number;
  samples: number;
  /** ffmpeg's name of the encoder that made it. */
  encoder: string;
  /** `none`: no source, or a source without a sound stream. */
  sound: 'source' | 'none';
}

export type PaneRole = 'left' | 'right';

/** What a source is used for in a slot. */
export type SourceUse = PaneRole | 'sound';

/** How far a picture must be turned to stand upright, degrees counterclockwise. */
export type Rotation = 0 | 90 | 180 | 270;

/** A recorded file and where reading begins. */
export interface OpenedFile extends FileSource {
  /** Presentation time in the file: the moment that the slot begins with, or the file's last picture when that lies before it. */
  enterSeconds: number;
}

/** A pane's source, ready to stand in a graph. */
export type OpenedPane =
  | ({ kind: 'file'; rotation: Rotation; frameRate: number } & OpenedFile)
  | { kind: 'still'; path: string; demuxer: 'png_pipe' | 'jpeg_pipe' };

export interface OpenedSources {
  left?: OpenedPane;
  right?: OpenedPane;
  sound?: OpenedFile;
}
