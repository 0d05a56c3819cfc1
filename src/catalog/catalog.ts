// The catalog as the rest of Longtake sees it: a repository for each kind of thing that outlives a workflow.
import type { CameraDays } from './camera-days.ts';
import type { CameraMaps } from './camera-map.ts';
import type { Cameras } from './cameras.ts';
import type { Credentials } from './credentials.ts';
import type { Hosts } from './hosts.ts';
import type { LectureCatalog } from './lecture-types.ts';
import type { Plans } from './plans.ts';
import type { Relays, RelayServers } from './relay-types.ts';
import type { Segments } from './segments.ts';
import type { CatalogKind } from './tables.ts';
import type { Targets } from './targets.ts';

export interface Catalog extends LectureCatalog {
  kind: CatalogKind;
  cameras: Cameras;
  credentials: Credentials;
  targets: Targets;
  plans: Plans;
  cameraDays: CameraDays;
  segments: Segments;
  hosts: Hosts;
  relays: Relays;
  relayServers: RelayServers;
  cameraMap: CameraMaps;
  /** Asks the database for one row; rejects with CatalogUnavailable when it does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
