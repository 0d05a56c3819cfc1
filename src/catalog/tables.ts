// The columns of the catalog as TypeScript sees them (camelCase here, snake_case in the database), the same for both databases.
//
// Instants are epoch milliseconds in bigint columns, read as numbers. Truth values are integers 0 and 1, lists are JSON text.
import type { Generated, Kysely } from 'kysely';

export interface CamerasTable {
  id: string;
  name: string | null;
  region: string | null;
  station: string | null;
  timeZone: string;
  liveUrl: string | null;
  archiveKind: string | null;
  archiveUrl: string | null;
  externalId: string | null;
  tags: string;
  enabled: number;
  revision: Generated<number>;
  updatedMs: number;
}

export interface CredentialsTable {
  cameraId: string;
  field: string;
  keyId: string;
  sealed: string;
}

export interface TargetsTable {
  name: string;
  spec: string;
  updatedMs: number;
}

export interface PlansTable {
  id: string;
  spec: string;
  state: string;
  createdMs: number;
  updatedMs: number;
}

export interface CameraDaysTable {
  planId: string;
  idx: number;
  cameraId: string;
  date: string;
  slug: string;
  startMs: number;
  endMs: number;
  toleranceStartMs: number | null;
  toleranceEndMs: number | null;
  state: Generated<string>;
  host: string | null;
  reason: string | null;
  missingSeconds: Generated<number>;
  toleranceWindowMissingSeconds: Generated<number>;
  merged: Generated<string>;
  coverage: string | null;
  exported: Generated<string>;
}

export interface SegmentsTable {
  cameraId: string;
  startUnix: number;
  seconds: number;
  state: Generated<string>;
  attempts: Generated<number>;
  missingSeconds: number | null;
  host: string | null;
  path: string | null;
  container: string | null;
  sizeBytes: number | null;
  sha256: string | null;
  streamKey: string | null;
  gaps: Generated<string>;
  reason: string | null;
  updatedMs: number;
  leaseOwner: string | null;
  leaseEpoch: Generated<number>;
  leaseExpiresMs: Generated<number>;
}

export interface HostsTable {
  host: string;
  leaseExpiresMs: number;
  facts: string;
}

export interface RelaysTable {
  cameraId: string;
  spec: string;
  fingerprint: string;
  revision: number;
  /** What its workflow has heard of; 0: nothing. */
  toldRevision: Generated<number>;
  /** Told less than this, its workflow must be started and not only signalled. */
  startRevision: number;
  wanted: number;
  stopped: Generated<number>;
  engine: string | null;
  server: string | null;
  epoch: number;
  refusedAt: Generated<string>;
}

export interface RelayCredentialsTable {
  cameraId: string;
  keyId: string;
  sealed: string;
}

export interface RelayReportsTable {
  cameraId: string;
  epoch: number;
  report: string;
}

export interface RelayServersTable {
  name: string;
  spec: string;
  state: string;
  sinceMs: number;
  reason: string | null;
}

export interface RelayServerSecretsTable {
  name: string;
  keyId: string;
  sealed: string;
}

/** One row, with id 1. */
export interface RelaySettingsTable {
  id: number;
  paused: number;
  /** No less than any epoch or revision of a removed relay. */
  floor: number;
}

export interface CameraMapTable {
  id: number;
  map: string;
  keyId: string;
  sealed: string;
  updatedMs: number;
}

export interface RoomsTable {
  id: string;
  spec: string;
  revision: Generated<number>;
  updatedMs: number;
}

export interface RoomSourcesTable {
  roomId: string;
  role: string;
  cameraId: string;
  /** Order of addition in the room. */
  position: number;
}

export interface LecturesTable {
  id: string;
  roomId: string;
  startMs: number;
  endMs: number;
  calendarId: string | null;
  eventId: string | null;
  spec: string;
  state: Generated<string>;
  reason: string | null;
  host: string | null;
  missingSeconds: number | null;
  slots: string | null;
  files: string | null;
  revision: Generated<number>;
  createdMs: number;
  updatedMs: number;
}

export interface PublicationsTable {
  lectureId: string;
  kind: string;
  target: string;
  state: string;
  externalId: string | null;
  url: string | null;
  reason: string | null;
  files: string | null;
  updatedMs: number;
}

export interface DriveFoldersTable {
  parentId: string;
  name: string;
  folderId: string;
}

export interface UploadSessionsTable {
  fileId: string;
  sizeBytes: number;
  sha256: string;
  keyId: string;
  sealed: string;
}

export interface NoSignalPicturesTable {
  id: string;
  roomId: string | null;
  /** base64 */
  pixels: string;
  createdMs: number;
}

export interface CourseCodesTable {
  code: string;
  courseId: string;
}

export interface CalendarCursorsTable {
  roomId: string;
  source: string;
  syncToken: string | null;
  fullSyncedMs: number | null;
}

export interface WebhooksTable {
  name: string;
  kind: string;
  rooms: string;
  events: string;
  template: string | null;
  recipient: string | null;
  keyId: string;
  /** Address and secret. */
  sealed: string;
  updatedMs: number;
}

export interface Tables {
  cameras: CamerasTable;
  credentials: CredentialsTable;
  targets: TargetsTable;
  plans: PlansTable;
  cameraDays: CameraDaysTable;
  segments: SegmentsTable;
  hosts: HostsTable;
  relays: RelaysTable;
  relayCredentials: RelayCredentialsTable;
  relayReports: RelayReportsTable;
  relayServers: RelayServersTable;
  relayServerSecrets: RelayServerSecretsTable;
  relaySettings: RelaySettingsTable;
  cameraMap: CameraMapTable;
  rooms: RoomsTable;
  roomSources: RoomSourcesTable;
  lectures: LecturesTable;
  publications: PublicationsTable;
  driveFolders: DriveFoldersTable;
  uploadSessions: UploadSessionsTable;
  noSignalPictures: NoSignalPicturesTable;
  courseCodes: CourseCodesTable;
  calendarCursors: CalendarCursorsTable;
  webhooks: WebhooksTable;
}

export type CatalogKind = 'sqlite' | 'postgres';

/** What every repository is built from. */
export interface Database {
  kind: CatalogKind;
  db: Kysely<Tables>;
}
