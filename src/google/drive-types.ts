// What Drive is asked and answers, as the rest of Longtake sees it.
import type { ShareWith } from '../contract/room.ts';
import type { GoogleConnection } from './google-types.ts';

export interface DriveSettings {
  /** Sent in one request; a multiple of 262,144. What a crash can cost. */
  chunkBytes: number;
  /** Longest wait for an answer, or for progress of an upload or download. */
  requestSeconds: number;
  /** Ends calls that have no signal of their own. */
  signal?: AbortSignal;
}

export interface DriveContext extends DriveSettings {
  connection: GoogleConnection;
}

export interface DriveFile {
  id: string;
  name: string;
  mimeType: string;
  parentId?: string;
  /** The shared drive it lies in; absent: somebody's My Drive. */
  driveId?: string;
  /** Absent for folders and Google's own documents. */
  sizeBytes?: number;
  /** lower-case hex */
  sha256?: string;
  /** For people: the page that shows it. */
  url?: string;
  /** In the trash, or below a folder that is. */
  isTrashed: boolean;
  /** What `upload` was given as lectureKey. */
  lectureKey?: string;
  canAddChildren: boolean;
}

export interface FolderSpec {
  parentId: string;
  name: string;
  /** The id that won for (parentId, name): everybody who asks gets the same. */
  reserve(folderId: string): Promise<string>;
  /** What `reserve` gave before. */
  known?: string | undefined;
  /** After the folder turned out to be gone, so that `reserve` takes another. */
  forget(folderId: string): Promise<void>;
}

export interface UploadSessionNote {
  /** A capability: seal it, show it to nobody. */
  sessionUrl: string;
  sizeBytes: number;
  sha256: string;
}

/** Outlives the process: by Drive file id. */
export interface SessionStore {
  get(fileId: string): Promise<UploadSessionNote | undefined>;
  put(fileId: string, session: UploadSessionNote): Promise<void>;
  remove(fileId: string): Promise<void>;
}

export interface UploadProgress {
  /** What the server has confirmed. */
  committedBytes: number;
  /** Besides these, what is on its way. */
  sentBytes: number;
}

export interface ReplaceSpec {
  fileId: string;
  name: string;
  /** Absolute. */
  path: string;
  mimeType: string;
  sizeBytes: number;
  /** lower-case hex */
  sha256: string;
  sessions: SessionStore;
  signal: AbortSignal;
  onProgress?(progress: UploadProgress): void;
}

export interface UploadSpec extends ReplaceSpec {
  folderId: string;
  /** Stands at the file as the app property `ltKey`; 119 bytes at most. */
  lectureKey: string;
}

export interface UploadedFile {
  fileId: string;
  /** For people: the page that shows it. */
  url: string;
}

export interface FilePlace {
  fileId: string;
  name: string;
  /** The folder it lies in. */
  fromId: string;
  toId: string;
}

export interface DownloadSpec {
  fileId: string;
  /** Absolute. What lies there up to fromBytes stays. */
  path: string;
  fromBytes: number;
  signal: AbortSignal;
  /** Bytes of the file that stand on disk so far. */
  onBytes?(writtenBytes: number): void;
}

/** All fail with Fault alone: GoogleTransient, QuotaExceeded, AuthRejected, GonePermanently, Conflict, InputInvalid, TransferFailed. */
export interface Drive {
  /** An id for a file or folder that is to be. */
  generateId(): Promise<string>;
  /** The folder of that name in the parent: a person's oldest one, else ours, made once however many ask at the same time. */
  ensureFolder(spec: FolderSpec): Promise<string>;
  /** The folder of a room: the one named, checked that we may write there; else found or made by name in the parent (default: the account's root). */
  ensureRoomFolder(room: { name: string; folderId?: string; parentId?: string }): Promise<DriveFile>;
  /** @throws Fault GonePermanently when it is not there or not shown to us */
  getFile(id: string): Promise<DriveFile>;
  /** No folder, of exactly that name; of several the largest. What was put there seconds ago may not show yet. */
  findFile(place: { folderId: string; name: string }): Promise<DriveFile | undefined>;
  /** Folders of exactly that name, the oldest first. */
  findFolders(place: { parentId: string; name: string }): Promise<DriveFile[]>;
  /**
   * Sends the file once, however often and wherever it is called again, and proves the copy. When Drive's copy differs, or something else
   * lies under the id, the fault (TransferFailed, GonePermanently) has `details.needsNewId`.
   */
  upload(spec: UploadSpec): Promise<UploadedFile>;
  /** New bytes under the same id. */
  replaceContent(spec: ReplaceSpec): Promise<UploadedFile>;
  /** Readers that are missing are added; nobody is told by mail, nobody is taken away. Answers how many were added. */
  share(sharing: { fileId: string; with: ShareWith; users: readonly string[] }): Promise<number>;
  /** Moves and renames under the same id, so that links stay. */
  place(where: FilePlace): Promise<void>;
  /** False when it was not there any more. */
  trash(id: string): Promise<boolean>;
  /** To the end; the bytes are those that Drive's checksum names. */
  download(spec: DownloadSpec): Promise<{ sizeBytes: number; sha256: string }>;
}
