// How a person lets a program in: by a code typed on another device, or by a browser that comes back to a local address.
import { createHash, randomBytes } from 'node:crypto';
import type { OauthClient } from './accounts.ts';
import type { FakeClock } from './clock.ts';
import { knownScopes } from './discovery.ts';
import { oauthError, type OauthAnswer } from './oauth-answer.ts';

interface Device {
  clientId: string;
  userCode: string;
  scopes: string[];
  expiresAtMs: number;
  askedAtMs: number;
  /** undefined: nobody has answered yet; null: refused */
  email: string | null | undefined;
}

interface BrowserCode {
  clientId: string;
  redirectUri: string;
  scopes: string[];
  email: string;
  challenge: string | undefined;
}

/** What a person allowed. */
export interface Allowed {
  email: string;
  scopes: string[];
}

/** Google lets devices without a browser ask for these alone: calendars and courses need the browser. */
const deviceScopes = new Set([
  'openid',
  'email',
  'profile',
  'https://www.googleapis.com/auth/drive.appdata',
  'https://www.googleapis.com/auth/drive.file',
]);

const deviceSeconds = 1800;
const intervalSeconds = 5;

const scopesOf = (text: string | null): string[] => (text ?? '').split(' ').filter((scope) => scope !== '');

export class Sign {
  readonly #devices = new Map<string, Device>();
  readonly #codes = new Map<string, BrowserCode>();
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** POST /device/code. */
  startDevice(client: { clientId: string } | undefined, form: URLSearchParams, url: string): OauthAnswer {
    if (client === undefined) return oauthError(401, 'invalid_client', 'The OAuth client was not found.');
    const scopes = scopesOf(form.get('scope'));
    if (scopes.length === 0) return oauthError(400, 'invalid_request', 'Missing required parameter: scope');
    const foreign = scopes.filter((scope) => !deviceScopes.has(scope));
    if (foreign.length > 0)
      return oauthError(400, 'invalid_scope', `Invalid device flow scope: ${foreign[0]}`);
    const deviceCode = `AH-1Ng${randomBytes(32).toString('base64url')}`;
    const userCode = randomBytes(4)
      .toString('hex')
      .toUpperCase()
      .replace(/^(.{4})/, '$1-');
    const [askedAtMs, expiresAtMs] = [-Infinity, this.#clock.nowMs() + deviceSeconds * 1000];
    const { clientId } = client;
    this.#devices.set(deviceCode, { clientId, userCode, scopes, expiresAtMs, askedAtMs, email: undefined });
    return {
      status: 200,
      body: {
        device_code: deviceCode,
        user_code: userCode,
        expires_in: deviceSeconds,
        interval: intervalSeconds,
        verification_url: `${url}/device`,
      },
    };
  }

  /** The person types the code and says yes; `null` for the email says no. */
  answerDevice(userCode: string, email: string | null): void {
    const device = [...this.#devices.values()].find((each) => each.userCode === userCode);
    if (device === undefined) throw new Error(`No device shows the code ${userCode}`);
    device.email = email;
  }

  /** One question of the device: allowed yet? */
  poll(client: OauthClient, deviceCode: string): Allowed | OauthAnswer {
    const device = this.#devices.get(deviceCode);
    if (device === undefined || device.clientId !== client.clientId)
      return oauthError(400, 'invalid_grant', 'Malformed auth code.');
    const nowMs = this.#clock.nowMs();
    if (nowMs > device.expiresAtMs) return oauthError(400, 'expired_token', 'Bad Request');
    const isTooSoon = nowMs - device.askedAtMs < intervalSeconds * 1000;
    device.askedAtMs = nowMs;
    if (device.email === null) return oauthError(403, 'access_denied', 'Forbidden');
    if (isTooSoon) return oauthError(403, 'slow_down', 'Forbidden');
    if (device.email === undefined) return oauthError(428, 'authorization_pending', 'Precondition Required');
    this.#devices.delete(deviceCode);
    return { email: device.email, scopes: device.scopes };
  }

  /** GET /o/oauth2/v2/auth: where the browser is sent when `email` agrees, or why Google shows an error page instead. */
  authorize(
    client: { clientId: string } | undefined,
    query: URLSearchParams,
    email: string,
  ): string | OauthAnswer {
    if (client === undefined) return oauthError(401, 'invalid_client', 'The OAuth client was not found.');
    const redirectUri = query.get('redirect_uri') ?? '';
    if (!/^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(?:\/|$)/.test(redirectUri))
      return oauthError(400, 'redirect_uri_mismatch', 'Bad Request');
    if (query.get('response_type') !== 'code')
      return oauthError(400, 'unsupported_response_type', 'Invalid response_type');
    const scopes = scopesOf(query.get('scope'));
    if (scopes.length === 0 || scopes.some((scope) => !knownScopes.has(scope)))
      return oauthError(400, 'invalid_scope', 'Some requested scopes were invalid.');
    const code = `4/0A${randomBytes(32).toString('base64url')}`;
    const challenge = query.get('code_challenge') ?? undefined;
    this.#codes.set(code, { clientId: client.clientId, redirectUri, scopes, email, challenge });
    const back = new URL(redirectUri);
    back.searchParams.set('code', code);
    if (query.has('state')) back.searchParams.set('state', query.get('state')!);
    return back.href;
  }

  /** A browser's code, once. */
  redeem(client: OauthClient, form: URLSearchParams): Allowed | OauthAnswer {
    const text = form.get('code') ?? '';
    const code = this.#codes.get(text);
    this.#codes.delete(text);
    if (code === undefined || code.clientId !== client.clientId)
      return oauthError(400, 'invalid_grant', 'Malformed auth code.');
    if (code.redirectUri !== form.get('redirect_uri'))
      return oauthError(400, 'redirect_uri_mismatch', 'Bad Request');
    const verifier = form.get('code_verifier') ?? '';
    const isProven =
      code.challenge === undefined ||
      code.challenge === verifier ||
      code.challenge === createHash('sha256').update(verifier).digest('base64url');
    if (!isProven) return oauthError(400, 'invalid_grant', 'Invalid code verifier.');
    return { email: code.email, scopes: code.scopes };
  }
}
