// One installation in miniature for faults of lectures: namespace, catalog, media root, the stand-in for Google, and workers that come and go.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Catalog } from '../../../../src/catalog/catalog.ts';
import { connectCatalog } from '../../../../src/catalog/connect.ts';
import type { Config } from '../../../../src/config/schema.ts';
import { prepareWorld, type PreparedIds } from '../../../fakes/google/prepared-world.ts';
import { type GoogleFake, startGoogle } from '../../../fakes/google/server.ts';
import { quickSettings } from '../../faults/stage.ts';
import { type StepTail, tailSteps } from '../../faults/step-tail.ts';
import { spawnWorker, type WorkerChild } from '../../faults/worker-child.ts';
import type { RecordedFiles } from './recorded-files.ts';

export interface LectureStageSpec {
  name: string;
  dir: string;
  temporal: { address: string; namespace: string };
  /** Path of the workflow bundle. */
  codePath: string;
  files: RecordedFiles;
  /** PostgreSQL instead of a file. */
  catalogUrl?: string;
  /** LONGTAKE_* for every worker. */
  settings?: Readonly<Record<string, string>>;
}

export interface LectureStage extends AsyncDisposable {
  spec: LectureStageSpec;
  mediaRoot: string;
  exportDir: string;
  catalog: Catalog;
  client: Client;
  google: GoogleFake;
  ids: PreparedIds;
  steps: StepTail;
  workers: WorkerChild[];
  /** Started, not yet ready. */
  addWorker(settings?: Readonly<Record<string, string>>): WorkerChild;
}

const mebibytesOfPiece = '1';

export async function openLectureStage(spec: LectureStageSpec): Promise<LectureStage> {
  const { dir, temporal } = spec;
  const dataDir = join(dir, 'data');
  const googleDir = join(dir, 'google');
  const mediaRoot = join(dataDir, 'media');
  const stepLog = join(dir, 'steps.log');
  await mkdir(mediaRoot, { recursive: true });
  const google = await startGoogle();
  const ids = await prepareWorld(google.world, googleDir);
  google.limits.unitsPerMinute = { drive: 1e9, calendar: 1e9, classroom: 1e9, sheets: 1e9 };
  const place = placeOfCatalog(spec, dataDir);
  const catalog = await connectCatalog({ ...place, keyFile: join(dataDir, 'catalog.key') });
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection, namespace: temporal.namespace });
  const steps = tailSteps(stepLog);
  const workers: WorkerChild[] = [];
  const env = {
    ...quickSettings,
    // Twice what the SDK holds heartbeats back, and as much again for a busy machine.
    LONGTAKE_PLAN_HEARTBEAT_SECONDS: '6',
    LONGTAKE_DATA: dataDir,
    LONGTAKE_MEDIA_ROOT: mediaRoot,
    ...(place.kind === 'sqlite'
      ? { LONGTAKE_CATALOG_FILE: place.file }
      : { LONGTAKE_CATALOG_URL: place.url }),
    LONGTAKE_TEMPORAL_ADDRESS: temporal.address,
    LONGTAKE_TEMPORAL_NAMESPACE: temporal.namespace,
    LONGTAKE_DEBUG_STEP_LOG: stepLog,
    LONGTAKE_LECTURE_ENCODER: 'software',
    LONGTAKE_GOOGLE_API_URL: google.url,
    LONGTAKE_GOOGLE_CREDENTIALS_FILE: join(googleDir, 'service-account.json'),
    LONGTAKE_GOOGLE_SUBJECT: ids.subject,
    LONGTAKE_GOOGLE_CHUNK_MEBIBYTES: mebibytesOfPiece,
    LONGTAKE_GOOGLE_REQUEST_SECONDS: '10',
    // What a restart costs is the restart, not the reading of sources.
    NODE_COMPILE_CACHE: join(dir, '..', 'compiled'),
    ...spec.settings,
  };
  return {
    ...{ spec, mediaRoot, catalog, client, google, ids, steps, workers },
    exportDir: join(dir, 'export'),
    addWorker(settings = {}) {
      const logFile = join(dir, 'workers.log');
      const worker = spawnWorker({ env: { ...env, ...settings }, logFile, codePath: spec.codePath });
      workers.push(worker);
      return worker;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.kill()));
      steps[Symbol.dispose]();
      await connection.close();
      await catalog.close();
      await google.close();
    },
  };
}

const placeOfCatalog = ({ catalogUrl: url }: LectureStageSpec, dataDir: string): Config['catalog'] =>
  url === undefined ? { kind: 'sqlite', file: join(dataDir, 'catalog.sqlite') } : { kind: 'postgres', url };
