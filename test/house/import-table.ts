// Who may import whom, by value; `import type` is free. The table of AGENTS.md, as data.

export interface Room {
  /** Other rooms whose values may be imported; `bootstrap` is the folder of that name. */
  rooms: readonly string[];
  /** Packages, by the name in package.json. */
  packages: readonly string[];
  /** Whether Node's own modules may be imported. */
  node: boolean;
  /** Where a rule is narrower than its room: a module that only these files import. */
  only?: Readonly<Record<string, readonly string[]>>;
}

const adapter = (...packages: string[]): Room => ({ rooms: ['domain', 'process'], packages, node: true });

export const rooms: Readonly<Record<string, Room>> = {
  domain: {
    rooms: [],
    packages: ['temporal-polyfill'],
    node: false,
    only: { 'temporal-polyfill': ['src/domain/calendar.ts'] },
  },
  contract: {
    rooms: ['domain'],
    packages: ['zod', '@temporalio/common', '@temporalio/workflow'],
    node: false,
  },
  config: { rooms: ['domain'], packages: ['zod', 'yaml'], node: true },
  process: { rooms: ['domain'], packages: [], node: true },
  storage: { rooms: ['domain'], packages: ['zod'], node: true },
  media: {
    ...adapter('zod', 'fluent-ffmpeg'),
    only: { 'fluent-ffmpeg': ['src/media/ffmpeg-args.ts'] },
  },
  transfer: adapter('zod'),
  mediamtx: adapter('zod'),
  rtsp: adapter('zod'),
  'camera-table': adapter('zod', 'pg'),
  'nvr-tables': adapter('zod', 'pg'),
  google: adapter('zod', 'googleapis', 'google-auth-library'),
  webhook: adapter('zod'),
  'calendar-feed': adapter('ical.js'),
  gate: { rooms: ['domain'], packages: ['zod'], node: true },
  catalog: {
    ...adapter('zod', 'kysely', 'pg'),
    only: { pg: ['src/catalog/postgres-dialect.ts'] },
  },
  workflows: {
    rooms: ['domain', 'contract'],
    packages: ['@temporalio/workflow', '@temporalio/common'],
    node: false,
  },
  activities: {
    rooms: [
      'domain',
      'contract',
      'storage',
      'media',
      'transfer',
      'mediamtx',
      'gate',
      'rtsp',
      'camera-table',
      'google',
      'webhook',
      'calendar-feed',
      'catalog',
    ],
    packages: ['@temporalio/activity', '@temporalio/common'],
    node: true,
  },
  client: {
    rooms: ['domain', 'contract', 'camera-table', 'nvr-tables', 'catalog'],
    packages: ['@temporalio/client', '@temporalio/envconfig', 'csv-parse'],
    node: true,
  },
  worker: {
    rooms: [
      'domain',
      'contract',
      'config',
      'process',
      'storage',
      'media',
      'transfer',
      'mediamtx',
      'gate',
      'rtsp',
      'camera-table',
      'google',
      'webhook',
      'calendar-feed',
      'catalog',
      'workflows',
      'activities',
    ],
    packages: ['@temporalio/worker', '@temporalio/envconfig', '@temporalio/common', 'pino'],
    node: true,
  },
  cli: {
    rooms: ['domain', 'contract', 'config', 'client', 'catalog', 'gate', 'embedded', 'worker'],
    packages: ['commander', 'zod'],
    node: true,
    only: {
      '../catalog': ['src/cli/session.ts'],
      '../worker': ['src/cli/worker/run.ts', 'src/cli/restream/run.ts'],
      '../gate': ['src/cli/gate/run.ts'],
    },
  },
  embedded: {
    rooms: [
      'domain',
      'contract',
      'config',
      'process',
      'storage',
      'media',
      'transfer',
      'mediamtx',
      'gate',
      'google',
      'catalog',
      'client',
      'worker',
      'bootstrap',
    ],
    packages: ['@temporalio/client', '@temporalio/common'],
    node: true,
  },
};

/** What must not come within reach of the workflow sandbox, however many files lie between. */
export const neverInWorkflows: readonly RegExp[] = [
  /^zod$/,
  /^node:/,
  /^temporal-polyfill$/,
  /^src\/(?:config|process|storage|media|transfer|mediamtx|gate|rtsp|camera-table|nvr-tables|google|webhook|calendar-feed|catalog|activities|client|cli|worker|embedded)\//,
];
