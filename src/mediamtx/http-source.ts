// What this room needs of a downloader; the transfer room's fits.
import type { Credentials } from '../domain/url.ts';

export interface TextDocument {
  status: number;
  text: string;
  /** redacted */
  url: string;
}

export interface TextAsk {
  url: string;
  credentials?: Credentials | undefined;
  signal: AbortSignal;
}

export interface FileAsk extends TextAsk {
  toPath: string;
  onBytes?: (writtenBytes: number) => void;
  onWaiting?: () => void;
}

export interface HttpSource {
  /** Any status is an answer. */
  fetchText(ask: TextAsk): Promise<TextDocument>;
  /** Fails with a Fault for anything but a delivered file. */
  download(ask: FileAsk): Promise<{ sizeBytes: number; sha256: string; complete: boolean }>;
}
