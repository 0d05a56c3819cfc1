// Every key of the configuration: its type, range, default and meaning. The reference is generated from this file.
import { z } from 'zod';
import { relayPathPrefix } from '../domain/relay-path.ts';

const text = (description: string) => z.string().min(1).max(4096).meta({ description });
/** Made absolute: from the command line and the environment against the working directory, from a file against its directory. */
const path = (description: string) => text(description).meta({ description, path: true });
const command = (name: string) =>
  text(`Program to run as ${name}; a name found on PATH, or a path.`)
    .default(name)
    .meta({
      description: `Program to run as ${name}; a name found on PATH, or a path.`,
      command: true,
    });
const seconds = (least: number, most: number, value: number, description: string) =>
  z.number().min(least).max(most).default(value).meta({ description });
const count = (most: number, value: number, description: string) =>
  z.int().min(1).max(most).default(value).meta({ description });

const hostName = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/,
    'small letters, digits, dots, hyphens and underscores, at most 63',
  );

export const configSchema = z.strictObject({
  dataDir: path('Where an embedded stack lives: Temporal’s database, catalog, media, logs.').optional(),
  host: hostName
    .optional()
    .meta({ description: 'Stable name of this host; queues of work bound to its files carry it.' }),
  storage: z.enum(['local', 'shared']).default('local').meta({
    description: 'local: each host has its own media root; shared: all hosts see the same one.',
  }),
  mediaRoot: path('Directory of published segments and merged files, with the work directories.').optional(),
  keyFile: path('File (mode 0600) with the key that seals camera credentials; made when absent.').optional(),
  catalog: z.strictObject({
    kind: z.enum(['sqlite', 'postgres']).optional().meta({ description: 'Database of the catalog.' }),
    file: path('SQLite file of the catalog.').optional(),
    url: z
      .string()
      .regex(/^postgres(?:ql)?:\/\/\S+$/, 'an address as postgres://user:password@host:port/database')
      .optional()
      .meta({
        description: 'PostgreSQL address of the catalog, postgres://user:password@host:port/database.',
        secret: true,
      }),
  }),
  temporal: z.strictObject({
    profile: text('Profile in Temporal’s own configuration file.').optional(),
    address: text('host:port of the Temporal server; over TEMPORAL_ADDRESS.').optional(),
    namespace: text('Temporal namespace; over TEMPORAL_NAMESPACE.').optional(),
  }),
  download: z.strictObject({
    slots: count(1000, 16, 'Downloads at once on this worker.'),
    perHost: count(1000, 4, 'Connections at once to one archive host.'),
    connectSeconds: seconds(0.1, 600, 10, 'Longest wait for a connection and the first byte.'),
    stallSeconds: seconds(0.1, 3600, 30, 'A source without progress for this long is dropped.'),
    leaseSeconds: seconds(
      1,
      3600,
      30,
      'A segment’s lease runs out this long after its owner was last heard.',
    ),
    segmentsInFlight: count(100, 4, 'Segments of one camera-day at once.'),
    settleSeconds: seconds(0, 86_400, 5, 'Wait after a segment’s end before its archive is asked.'),
    giveUpSeconds: seconds(
      1,
      2_592_000,
      3600,
      'How long an archive that cannot be reached is asked for one segment.',
    ),
    allowedRedirectHosts: z
      .array(z.string().regex(/^[A-Za-z0-9.:[\]-]{1,253}$/, 'a host name or address'))
      .default([])
      .meta({ description: 'Hosts that an archive may redirect to, besides itself.' }),
    allowPrivate: z.boolean().default(true).meta({
      description:
        'Archives may lie in private and loopback networks; false for archives named by strangers.',
    }),
    fileRoots: z
      .array(z.string().min(1).max(4096))
      .default(['/'])
      .meta({ description: 'Directories that archives of kind file may be read from.', path: true }),
  }),
  media: z.strictObject({
    slots: z
      .int()
      .min(1)
      .max(256)
      .optional()
      .meta({ description: 'Merges and other media jobs at once on this worker.' }),
    stallSeconds: seconds(0.1, 3600, 60, 'A media tool without progress for this long is killed.'),
  }),
  transfer: z.strictObject({
    slots: count(256, 2, 'Exports at once on this worker.'),
    stallSeconds: seconds(0.1, 3600, 60, 'A transfer without progress for this long is broken off.'),
    verify: z.enum(['checksum', 'size', 'none']).default('checksum').meta({
      description: 'How an exported file is compared with its source.',
    }),
  }),
  hosts: z.strictObject({
    leaseSeconds: seconds(1, 3600, 30, 'A host counts as lost this long after it was last heard.'),
    patienceSeconds: seconds(
      1,
      86_400,
      60,
      'How long work waits on a host’s queue before the host’s lease is looked at.',
    ),
  }),
  plan: z.strictObject({
    windowSize: count(10_000, 50, 'Camera-days of one plan in flight at once.'),
    reconcileSeconds: seconds(
      1,
      86_400,
      300,
      'A plan without news for this long looks after its camera-days.',
    ),
    heartbeatSeconds: seconds(
      1,
      3600,
      15,
      'An activity not heard of for this long is started again elsewhere.',
    ),
  }),
  restream: z.strictObject({
    pgDsn: z
      .string()
      .regex(/^postgres(?:ql)?:\/\/\S+$/, 'an address as postgres://user:password@host:port/database')
      .optional()
      .meta({
        description:
          'Database with your own table of cameras, postgres://user:password@host:port/database; over --pg-dsn and over what `restream map` has stored.',
        secret: true,
      }),
    engine: z.enum(['pull', 'ffmpeg']).default('pull').meta({
      description:
        'pull: MediaMTX fetches the camera itself; ffmpeg: a process of ours publishes it, and may transcode.',
    }),
    pathPrefix: z
      .string()
      .regex(/^[A-Za-z0-9._-]+\/$/, 'letters, digits, dots, underscores and hyphens, ending in a slash')
      .default(relayPathPrefix)
      .meta({
        description: 'Paths of relays at MediaMTX begin with it; whatever else begins so is removed.',
      }),
    slots: count(1000, 64, 'Relays of engine ffmpeg at once on this worker, with a few places for keepers.'),
    pollSeconds: seconds(0.1, 3600, 10, 'How often the list of cameras is read.'),
    keepSeconds: seconds(0.1, 60, 2, 'How often the paths of a MediaMTX server are looked at.'),
    connectSeconds: seconds(0.1, 600, 10, 'Longest wait for a camera’s answer, and for its first picture.'),
    stallSeconds: seconds(0.1, 600, 10, 'A relay without a new picture for this long is replaced.'),
    restartSeconds: seconds(0.1, 3600, 5, 'Wait before a relay is connected again after a healthy run.'),
    backoffSeconds: seconds(0.1, 3600, 60, 'Longest wait between tries of a camera that does not answer.'),
    handOverSeconds: seconds(
      0,
      30,
      7,
      'A relay of engine ffmpeg that changes its worker goes on from the old one for this long, until the new one publishes; 0: it ends at once.',
    ),
    serverLostSeconds: seconds(
      0.1,
      3600,
      10,
      'A MediaMTX server that does not answer for this long gives its cameras to the others.',
    ),
    connectsPerHost: count(10_000, 50, 'Connections opened a second to one camera host.'),
    connectsPerSubnet: count(10_000, 200, 'Connections opened a second to one /24 or /64.'),
    vanishShare: z.number().min(0).max(1).default(0.2).meta({
      description: 'A read of the list that misses a larger share of its cameras takes nobody down.',
    }),
    confirmGoneSeconds: seconds(
      0,
      86_400,
      30,
      'A camera is gone when two reads of the list this far apart miss it.',
    ),
  }),
  lecture: z.strictObject({
    slotsInFlight: count(
      100,
      4,
      'Slots of one lecture composed at once when storage is shared; one on a host of its own.',
    ),
    encoder: z.enum(['auto', 'software']).default('auto').meta({
      description: 'auto: the encoder of the graphics card when there is one that works; software: libx264.',
    }),
  }),
  google: z.strictObject({
    credentialsFile: path('Key file (JSON) of a service account, mode 0600.').optional(),
    subject: z
      .string()
      .regex(/^[^\s@]+@[^\s@]+$/, 'a mail address')
      .optional()
      .meta({
        description: 'User in whose name the service account acts (domain-wide delegation).',
      }),
    tokenFile: path('Token file (JSON) that `longtake google login` has written, mode 0600.').optional(),
    useDefaultCredentials: z.boolean().default(false).meta({
      description: 'Take the credentials that the machine offers (Application Default Credentials).',
    }),
    courseSheetId: z
      .string()
      .regex(/^[A-Za-z0-9_-]{5,120}$/, 'the id of a spreadsheet')
      .optional()
      .meta({
        description:
          'Spreadsheet whose first sheet leads from course codes (column A) to Classroom courses (column B).',
      }),
    apiUrl: z
      .string()
      .regex(/^https?:\/\/[^\s/]+$/, 'an address without path')
      .optional()
      .meta({
        description: 'Stands for every host of googleapis.com: the stand-in of `longtake up --fake-google`.',
      }),
    chunkMebibytes: z.number().min(0.25).max(1024).multipleOf(0.25).default(64).meta({
      description: 'Bytes sent in one piece of an upload; what a crash can cost.',
    }),
    requestSeconds: seconds(
      1,
      3600,
      60,
      'Longest wait for an answer of Google, or for progress of an upload.',
    ),
  }),
  tools: z.strictObject({
    ffmpeg: command('ffmpeg'),
    ffprobe: command('ffprobe'),
    rsync: command('rsync'),
    ssh: command('ssh'),
    temporal: command('temporal'),
    mediamtx: command('mediamtx'),
  }),
  debug: z.strictObject({
    stepLog: path(
      'File to which each step of downloading, scanning, publishing, merging and exporting is appended, for support and fault tests.',
    ).optional(),
    holdStep: text(
      'A step of that log at which the worker waits for ever; for fault tests alone.',
    ).optional(),
  }),
  log: z.strictObject({
    level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info').meta({
      description: 'Least important lines that are logged.',
    }),
  }),
});

type Parsed = z.output<typeof configSchema>;

/** The configuration in force: every value that has a default, fixed or derived, is filled in; paths are absolute. */
export type Config = Omit<Parsed, 'dataDir' | 'host' | 'mediaRoot' | 'keyFile' | 'catalog' | 'media'> & {
  dataDir: string;
  host: string;
  mediaRoot: string;
  keyFile: string;
  catalog: { kind: 'sqlite'; file: string } | { kind: 'postgres'; url: string };
  media: { slots: number; stallSeconds: number };
};
