// The private configuration of an embedded MediaMTX: whom it asks who may do what, which doors are open, how it records.
import { join } from 'node:path';

export interface MediaMtxConfigSpec {
  ip: string;
  ports: { rtsp: number; api: number; playback: number };
  /** Where the gate answers. */
  authUrl: string;
  /** Of relays. */
  pathPrefix: string;
  record: boolean;
  recordingsDir: string;
  /** Shortest length of one recorded file. */
  recordSegmentSeconds: number;
}

/** The configuration document; MediaMTX reads YAML, and JSON is YAML. */
export function mediaMtxConfig(spec: MediaMtxConfigSpec): object {
  const { ip, ports, authUrl, pathPrefix } = spec;
  return {
    logLevel: 'info',
    authMethod: 'http',
    authHTTPAddress: authUrl,
    // Without this line MediaMTX asks nobody about its API.
    authHTTPExclude: [],
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
    paths: {
      // Relays that ffmpeg publishes; pulled ones say for themselves whether they are recorded.
      [`~^${pathPrefix.replaceAll('.', '\\.')}`]: { record: false },
      all_others: {},
    },
  };
}
