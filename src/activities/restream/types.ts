// What the activities of restream take and answer: the workflows' view of them. Types only; ids travel, addresses and logins never.
import type { RelayEngine, RelayReport } from '../../contract/restream-messages.ts';

export interface WatchRequest {
  /** What the supervisor shows at present; the watch ends when another sentence is due. */
  attention?: string;
  /** Servers that have a keeper; the watch ends when the catalog names others. */
  servers: string[];
  /** The operator's word: the list is right as it is, however many cameras it misses. The watch ends with the first read that succeeds. */
  accept: boolean;
}

export interface ChangedCameras {
  /** Their workflows are to be started. */
  added: CameraRevision[];
  /** Their workflows are to look at their rows. */
  changed: CameraRevision[];
  /** Their workflows are to end. */
  gone: CameraRevision[];
}

/** What has changed in the list of cameras, at most a hundred at once; the next watch finds the rest at once. */
export interface WatchOutcome extends ChangedCameras {
  attention?: string;
  /** The list could not be read: the operator's word has not been carried out. */
  acceptOwed?: boolean;
  servers: string[];
}

export interface CameraRevision {
  cameraId: string;
  revision: number;
}

export interface PlaceRequest {
  cameraId: string;
  /** The operator's word over the row's and the configuration's. */
  engine?: RelayEngine;
  stopped: boolean;
  /** Refused logins are forgotten. */
  forgive: boolean;
}

export interface PlacedRelay {
  /** False: the camera is gone from the list. */
  wanted: boolean;
  engine: RelayEngine;
  server: string;
  epoch: number;
  /** What is true of it right after being placed. */
  report: RelayReport;
}

export interface MovedRelays {
  moved: number;
}

/** Short work on the catalog, on any worker. */
export interface RestreamActivities {
  /** Starts, speaks to and ends cameras' workflows, and notes that they were told. */
  tellRelays(request: ChangedCameras): Promise<void>;
  placeRelay(request: PlaceRequest): Promise<PlacedRelay>;
  /** Forgets a camera that is gone, when its relay is down. */
  removeRelay(request: { cameraId: string }): Promise<void>;
  /** Whether a pause is in force that an earlier supervisor was asked for. */
  readPause(request: object): Promise<{ paused: boolean }>;
  setRelaysPaused(request: { paused: boolean }): Promise<void>;
  /** Gives relays of lost servers to the others, and those that may return back. */
  settleServers(): Promise<MovedRelays>;
}

/** Work that lasts as long as relays do. */
export interface LiveActivities {
  /** Reads the list of cameras until something has changed. */
  watchCameras(request: WatchRequest): Promise<WatchOutcome>;
  /** Keeps the pulled relays of one MediaMTX server; ends when the catalog no longer names the server. */
  keepServer(request: { server: string }): Promise<void>;
  /** Publishes one camera with ffmpeg; ends when its epoch is no longer the newest. */
  runRelay(request: { cameraId: string }): Promise<void>;
}
