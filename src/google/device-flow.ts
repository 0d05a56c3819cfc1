// Signing in without a browser here: a code that is typed on another device, asked after until it is allowed.
import { z } from 'zod';
import { Fault } from '../domain/fault.ts';
import {
  permissionOf,
  postForm,
  refusal,
  type LoginClient,
  type LoginEndpoints,
  type Permission,
} from './login-endpoint.ts';

export interface DeviceFlow {
  client: LoginClient;
  endpoints: LoginEndpoints;
  /** Google allows devices files alone: `drive.file`. */
  scopes: readonly string[];
  /** Told once: where to go, and what to type there. */
  onCode: (code: { url: string; userCode: string; expiresSeconds: number }) => void;
  /** Waits between two questions. */
  pause: (seconds: number) => Promise<void>;
  signal: AbortSignal;
}

const begun = z.object({
  device_code: z.string().min(1),
  user_code: z.string().min(1),
  verification_url: z.string().min(1),
  expires_in: z.number().positive(),
  interval: z.number().min(0).default(5),
});

/** Seconds by which the questions slow down when Google asks for it; RFC 8628, 3.5. */
const slowerSeconds = 5;

/** Returns when a person has agreed. @throws Fault AuthRejected, GoogleTransient */
export async function signInByDevice(flow: DeviceFlow): Promise<Permission> {
  const { client, endpoints, scopes, onCode, pause, signal } = flow;
  const { clientId: client_id, clientSecret: client_secret } = client;
  const answer = await postForm(endpoints.deviceUrl, { client_id, scope: scopes.join(' ') }, signal);
  if (answer.status !== 200) throw refusal(answer.body);
  const device = begun.parse(answer.body);
  const { verification_url: url, user_code: userCode, expires_in: expiresSeconds } = device;
  onCode({ url, userCode, expiresSeconds });
  let waitSeconds = device.interval;
  for (let spentSeconds = 0; spentSeconds < expiresSeconds; spentSeconds += waitSeconds) {
    await pause(waitSeconds);
    signal.throwIfAborted();
    const asked = await askAgain({ flow, client_id, client_secret, deviceCode: device.device_code });
    if (asked === 'slower') waitSeconds += slowerSeconds;
    else if (asked !== 'later') return asked;
  }
  throw refusal({ error: 'expired_token' });
}

/** A line that breaks between two questions ends nothing. */
async function askAgain(ask: {
  flow: DeviceFlow;
  client_id: string;
  client_secret: string;
  deviceCode: string;
}): Promise<Permission | 'later' | 'slower'> {
  const { flow, client_id, client_secret, deviceCode: device_code } = ask;
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
  const form = { grant_type, device_code, client_id, client_secret };
  try {
    const answer = await postForm(flow.endpoints.tokenUrl, form, flow.signal);
    if (answer.body['error'] === 'authorization_pending') return 'later';
    if (answer.body['error'] === 'slow_down') return 'slower';
    return permissionOf(answer);
  } catch (error) {
    if (error instanceof Fault && error.type === 'GoogleTransient') return 'slower';
    throw error;
  }
}
