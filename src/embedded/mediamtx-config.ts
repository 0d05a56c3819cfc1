// The private configuration of an embedded MediaMTX: who may do what, which doors are open, how it records.
import { join } from 'node:path';

export interface MediaMtxAccount {
  user: string;
  password: string;
}

/** One account per right, so that a camera's password opens nothing else. */
export interface MediaMtxUsers {
  /** May publish to any path. */
  publisher: MediaMtxAccount;
  /** May read live streams and play recordings back. */
  reader: MediaMtxAccount;
  /** May use the Control API. */
  api: MediaMtxAccount;
}

export interface MediaMtxConfigSpec {
  ip: string;
  ports: { rtsp: number; api: number; playback: number };
  users: MediaMtxUsers;
  record: boolean;
  recordingsDir: string;
  /** Shortest length of one recorded file. */
  recordSegmentSeconds: number;
}

const everyPath = (...actions: string[]): { action: string; path: string }[] =>
  actions.map((action) => ({ action, path: '' }));

const account = (
  { user, password }: MediaMtxAccount,
  permissions: { action: string; path: string }[],
): object => ({
  user,
  pass: password,
  ips: [],
  permissions,
});

/** The configuration document; MediaMTX reads YAML, and JSON is YAML. */
export function mediaMtxConfig(spec: MediaMtxConfigSpec): object {
  const { ip, ports, users } = spec;
  return {
    logLevel: 'info',
    authMethod: 'internal',
    authInternalUsers: [
      account(users.publisher, everyPath('publish')),
      account(users.reader, everyPath('read', 'playback')),
      account(users.api, everyPath('api')),
    ],
    api: true,
    apiAddress: `${ip}:${ports.api}`,
    playback: true,
    playbackAddress: `${ip}:${ports.playback}`,
    rtsp: true,
    rtspTransports: ['tcp'],
    rtspAddress: `${ip}:${ports.rtsp}`,
    rtmp: false,
    hls: false,
    webrtc: false,
    srt: false,
    moq: false,
    metrics: false,
    pprof: false,
    pathDefaults: {
      record: spec.record,
      recordPath: join(spec.recordingsDir, '%path', '%Y-%m-%d_%H-%M-%S-%f'),
      recordFormat: 'fmp4',
      // What a killed server loses at most.
      recordPartDuration: '1s',
      recordSegmentDuration: `${spec.recordSegmentSeconds}s`,
      recordDeleteAfter: '0s',
    },
    paths: { all_others: {} },
  };
}
