// Wanted cameras, reports and servers that tests put into catalogs.
import type {
  RelayServerSecrets,
  RelayServerSpec,
  RelaySpec,
  WantedRelay,
} from '../../src/catalog/relay-types.ts';
import type { RelayReport } from '../../src/contract/restream-messages.ts';

export const wantedRelay = (cameraId: string, more: Partial<RelaySpec> = {}): WantedRelay => ({
  cameraId,
  spec: { url: `rtsp://10.0.0.1/${cameraId}`, ...more },
});

export const withLogin = (cameraId: string, password: string): WantedRelay => ({
  ...wantedRelay(cameraId),
  credentials: { user: 'admin-canary', password },
});

export const relayReport = (epoch: number, more: Partial<RelayReport> = {}): RelayReport => ({
  epoch,
  state: 'live',
  sinceAt: '2026-11-21T10:00:00Z',
  engine: 'pull',
  source: 'rtsp://10.0.0.1/x',
  restarts: 0,
  ...more,
});

export const serverSpec = (weight = 1): RelayServerSpec => ({
  apiUrl: 'http://10.0.0.2:9997',
  rtspUrl: 'rtsp://10.0.0.2:8554',
  weight,
  returns: 'word',
});

export const serverSecrets = (password: string): RelayServerSecrets => ({
  api: { user: 'api', password },
  gateKey: `${password}-gate`,
});
