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

export interface Tables {
  cameras: CamerasTable;
  credentials: CredentialsTable;
  targets: TargetsTable;
  plans: PlansTable;
  cameraDays: CameraDaysTable;
  segments: SegmentsTable;
  hosts: HostsTable;
}

export type CatalogKind = 'sqlite' | 'postgres';

/** What every repository is built from. */
export interface Database {
  kind: CatalogKind;
  db: Kysely<Tables>;
}
