// What the activities of restream are given: adapters and numbers, built once in worker/compose.ts.
import type { Catalog } from '../../catalog/catalog.ts';
import type { Relays, RelayServers, WantedRelay } from '../../catalog/relay-types.ts';
import type { RelayEngine, RelayReport } from '../../contract/restream-messages.ts';
import type { PublishSpec } from '../../media/relay.ts';
import type { Control } from '../../mediamtx/control.ts';
import type { SourceFacts } from '../../rtsp/describe.ts';
import type { HandOver } from './hand-over.ts';

export interface RestreamDeps {
  catalog: Pick<Catalog, 'cameras' | 'credentials'> & { relays: Relays; relayServers: RelayServers };
  /** The list of cameras: the user's own table, or the catalog's enabled cameras. */
  readCameras: (signal: AbortSignal) => Promise<CameraListRead>;
  /** Calls back when the list may have changed; ends with the signal. */
  onCamerasChanged: (signal: AbortSignal, changed: () => void) => void;
  /** The Control API of a server in the catalog. */
  controlOf: (server: string) => Promise<Control>;
  /** Asks a camera what it sends. The address is secret. */
  probe: (ask: { url: string; timeoutSeconds: number; signal: AbortSignal }) => Promise<SourceFacts>;
  /** One ffmpeg that publishes a camera until it ends; see media/relay.ts. */
  publish: (spec: PublishSpec) => Promise<void>;
  /** A login for the gate of a server, valid once. */
  publishTokenOf: (ask: { server: string; path: string; epoch: number }) => Promise<string>;
  /** Tells a camera's workflow how its relay does; one that has ended is no error. */
  tellRelay: (cameraId: string, report: RelayReport) => Promise<void>;
  /** Tells the supervisor that a server was lost or answers again. */
  tellServersChanged: () => Promise<void>;
  /** Aborted when the worker is asked to stop. */
  stopping: AbortSignal;
  /** What the pictures of this worker do then. */
  handOver: HandOver;
  /** Whether the server still waits for this attempt of an activity; rejects while it does not answer. */
  isCurrentAttempt: () => Promise<boolean>;
  settings: RestreamSettings;
}

export interface CameraListRead {
  cameras: WantedRelay[];
  /** Ids of rows that are there, but cannot be served as they stand: what was known of them stays in force. */
  illDescribed: string[];
  /** Ids of rows that say themselves that they are not to be relayed. */
  switchedOff: string[];
  /** What is wrong with rows, a sentence each, without secrets. */
  problems: string[];
}

export interface RestreamSettings {
  engine: RelayEngine;
  /** Paths of ours at a MediaMTX server begin with it. */
  pathPrefix: string;
  pollSeconds: number;
  /** How often a server's paths are looked at. */
  keepSeconds: number;
  connectSeconds: number;
  /** No new byte for this long: the relay is replaced. */
  stallSeconds: number;
  /** Wait after a healthy run, and the first after a failure. */
  restartSeconds: number;
  /** Longest wait between tries of a dead camera. */
  backoffSeconds: number;
  /** Pictures of a relay whose next owner has been called go on for this long, unless that one is quicker. */
  handOverSeconds: number;
  /** A server that does not answer for this long gives its cameras to the others. */
  serverLostSeconds: number;
  /** Connections opened a second to one host, and to one /24 or /64. */
  connects: { perHost: number; perSubnet: number };
  /** More of the list vanishing at once changes nothing. */
  vanishShare: number;
  /** How long a row must be missing before its camera counts as gone. */
  confirmGoneSeconds: number;
}
