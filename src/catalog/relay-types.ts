// What the catalog keeps of relays and of the MediaMTX servers that carry them: the last good list of cameras, who owns each relay, how it does.
import type { RelayEngine, RelayReport } from '../contract/restream-messages.ts';
import type { Credential } from './credentials.ts';

/** A camera as its list describes it, without secrets. A change of any field is a new revision. */
export interface RelaySpec {
  name?: string;
  /** Without credentials. */
  url: string;
  /** The configuration's engine when absent. */
  engine?: RelayEngine;
  /** Name of the server that must carry it; chosen by weight when absent. */
  server?: string;
  /** MediaMTX records it, for plans to use as an archive. */
  record?: boolean;
  /** Engine ffmpeg only; `auto` copies what the server can carry and makes AAC of the rest. */
  audio?: 'auto' | 'copy' | 'aac' | 'none';
  video?: 'copy' | 'h264';
}

/** A camera of the list with its secret, as it is handed in. */
export interface WantedRelay {
  cameraId: string;
  spec: RelaySpec;
  credentials?: Credential;
}

export interface RelayRow {
  cameraId: string;
  spec: RelaySpec;
  hasCredentials: boolean;
  /** Grows with every change of spec, credentials or `wanted`. */
  revision: number;
  /** False: gone from the list, to be taken down. */
  wanted: boolean;
  /** Taken down by the operator's word. */
  stopped: boolean;
  /** Set by `place`; absent before the first time. */
  engine?: RelayEngine;
  server?: string;
  /** Grows with each owner and each word to begin anew. */
  epoch: number;
  /** Refused logins of the last 15 min, epoch milliseconds. */
  refusedAtMs: number[];
  /** The last report; absent before the first. */
  report?: RelayReport;
}

/** A relay whose workflow has not heard of its newest revision. */
export interface UntoldRelay {
  cameraId: string;
  revision: number;
  wanted: boolean;
  /** Its workflow has never been started, or has ended. */
  isNew: boolean;
}

export interface Relays {
  /** The last good list: ids of wanted cameras with a fingerprint of spec and credentials; equal lists have equal fingerprints. */
  fingerprints(): Promise<Map<string, string>>;
  /**
   * Adds, changes and (for `gone`) unwants, in one transaction. Rows equal to what is stored keep their revision, and a list without
   * a difference writes nothing; a camera wanted again counts as added, and an id in both lists stays.
   * @throws Fault InputInvalid when an id stands twice, ConfigInvalid when there are credentials and no key for them
   */
  sync(change: { cameras: readonly WantedRelay[]; gone: readonly string[] }): Promise<{
    added: number;
    changed: number;
    gone: number;
  }>;
  /** By camera id. */
  listUntold(limit: number): Promise<UntoldRelay[]>;
  /** Told up to that revision, older words change nothing; an unwanted row that has been told is removed once its workflow has called `remove`. */
  markTold(refs: readonly Pick<UntoldRelay, 'cameraId' | 'revision'>[]): Promise<void>;
  get(cameraId: string): Promise<RelayRow | undefined>;
  /** In the order of `cameraIds`, without those that do not exist. */
  getMany(cameraIds: readonly string[]): Promise<RelayRow[]>;
  list(): Promise<RelayRow[]>;
  /** Opened; undefined without any. @throws Fault ConfigInvalid when they do not open */
  credentialsOf(cameraId: string): Promise<Credential | undefined>;
  /** Sets engine, server and the operator's word, and grows the epoch; answers the row. @throws Fault NotFound */
  place(change: {
    cameraId: string;
    engine: RelayEngine;
    server: string;
    stopped: boolean;
    /** Forget refused logins: the credentials may be right now. */
    forgive?: boolean;
  }): Promise<RelayRow>;
  /** A new owner of a relay of engine ffmpeg: grows the epoch; answers the row. @throws Fault NotFound */
  openEpoch(cameraId: string): Promise<RelayRow>;
  /**
   * What a keeper must look at again when it differs from what it knows: id → `epoch` of the relays of engine pull that MediaMTX is to
   * carry on that server, which are wanted and not stopped. Empty while all relays are paused.
   */
  epochsOn(server: string): Promise<Map<string, number>>;
  /** Moves every relay of `from` to the server `to` names for it, all or none; epochs grow. One for which it names `from` stays. Answers how many moved. */
  move(change: { from: string; to: (row: RelayRow) => string }): Promise<number>;
  /** Keeps reports whose epoch is not older than the stored one; those of relays that do not exist are dropped. */
  record(reports: readonly { cameraId: string; report: RelayReport }[]): Promise<void>;
  /** Notes a refused login; answers those of the last `windowSeconds` before it, oldest first; none for a relay that does not exist. */
  noteRefusal(refusal: { cameraId: string; atMs: number; windowSeconds: number }): Promise<number[]>;
  /**
   * The last word of a retired relay's workflow: forgets the row. False when there is none, or when the camera is wanted again: then it
   * is listed as untold and new. A camera that comes back later gets higher epochs and revisions than it ever had.
   */
  remove(cameraId: string): Promise<boolean>;
  /** All relays are to be down until resumed. */
  isPaused(): Promise<boolean>;
  setPaused(paused: boolean): Promise<void>;
}

/** `down`: its relays were moved away; `held`: it answers again and waits for the word to take them back. */
export type RelayServerState = 'up' | 'down' | 'held';

export interface RelayServerSpec {
  /** `http://host:port` of its Control API, as workers reach it. */
  apiUrl: string;
  /** `rtsp://host:port`, as workers and cameras' publishers reach it. */
  rtspUrl: string;
  /** The same for viewers; `rtspUrl` when absent. */
  viewUrl?: string;
  /** Its share of cameras relative to the others'. */
  weight: number;
  /** Whether its cameras come back by themselves when it answers again. */
  returns: 'word' | 'auto';
}

/** Hexadecimal or other characters without `:`, which MediaMTX refuses in Basic authentication. */
export interface RelayServerSecrets {
  api: Credential;
  /** Key with which tokens for the server's gate are made; absent for a server without a gate: then only pulling is possible. */
  gateKey?: string;
}

export interface RelayServerRow {
  name: string;
  spec: RelayServerSpec;
  state: RelayServerState;
  sinceMs: number;
  /** Why it is down. */
  reason?: string;
}

export interface RelayServers {
  /** Adds or replaces; a new one is `up`, a known one keeps its state. */
  put(server: { name: string; spec: RelayServerSpec; secrets: RelayServerSecrets }): Promise<void>;
  get(name: string): Promise<RelayServerRow | undefined>;
  /** By name. */
  list(): Promise<RelayServerRow[]>;
  /** @throws Fault NotFound, ConfigInvalid when they do not open */
  secretsOf(name: string): Promise<RelayServerSecrets>;
  /** False when it was in that state already, or is not known. */
  setState(change: { name: string; state: RelayServerState; reason?: string }): Promise<boolean>;
  remove(name: string): Promise<boolean>;
}
