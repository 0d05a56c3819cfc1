// Where a person's permission is asked for and redeemed at Google: addresses, form requests, and what a refusal means.
import { z } from 'zod';
import { Fault } from '../domain/fault.ts';
import { faultOfRefusal, googleFault, readRefusal } from './google-fault.ts';

/** The program as Google knows it, from the file of the console. */
export interface LoginClient {
  clientId: string;
  /** No real secret in programs that people install, and treated as one all the same. */
  clientSecret: string;
}

export interface LoginEndpoints {
  /** Where the browser is sent. */
  consentUrl: string;
  tokenUrl: string;
  deviceUrl: string;
  revokeUrl: string;
  driveUrl: string;
}

/** @param apiUrl stands for every host of Google, without path; absent: Google itself */
export const loginEndpoints = (apiUrl?: string): LoginEndpoints => ({
  consentUrl: `${apiUrl ?? 'https://accounts.google.com'}/o/oauth2/v2/auth`,
  tokenUrl: `${apiUrl ?? 'https://oauth2.googleapis.com'}/token`,
  deviceUrl: `${apiUrl ?? 'https://oauth2.googleapis.com'}/device/code`,
  revokeUrl: `${apiUrl ?? 'https://oauth2.googleapis.com'}/revoke`,
  driveUrl: `${apiUrl ?? 'https://www.googleapis.com'}/drive/v3`,
});

/** What a person has allowed; all of it secret but the scopes. */
export interface Permission {
  refreshToken: string;
  accessToken: string;
  scopes: string[];
}

const answerSeconds = 30;

/** Posts a form; any answer with JSON is an answer. @throws Fault GoogleTransient */
export async function postForm(
  url: string,
  form: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<{ status: number; body: Record<string, unknown> }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams(form),
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerSeconds * 1000)]),
      redirect: 'error',
    });
    const body: unknown = await response.json().catch(() => ({}));
    const { status } = response;
    if (status >= 500 || status === 429) throw faultOfRefusal('Signing in', readRefusal({ status, body }));
    return { status, body: body as Record<string, unknown> };
  } catch (error) {
    signal.throwIfAborted();
    throw googleFault('Signing in', error) ?? error;
  }
}

const granted = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
  scope: z.string().default(''),
});

/** Reads the answer that holds tokens. @throws Fault AuthRejected */
export function permissionOf({
  status,
  body,
}: {
  status: number;
  body: Record<string, unknown>;
}): Permission {
  if (status !== 200) throw refusal(body);
  const parsed = granted.safeParse(body);
  if (!parsed.success) throw new Fault('AuthRejected', 'Google’s sign-in answered without a token.');
  const { access_token: accessToken, refresh_token: refreshToken, scope } = parsed.data;
  if (refreshToken === undefined)
    throw new Fault('AuthRejected', 'Google gave no refresh token.', {
      remedy:
        'Take the permission back at https://myaccount.google.com/connections and sign in again; use a client of type "Desktop app" or "TVs and Limited Input devices".',
    });
  return { refreshToken, accessToken, scopes: scope.split(' ').filter((one) => one !== '') };
}

const remedies: Readonly<Record<string, string>> = {
  access_denied: 'Sign in again and agree; an administrator may have to allow the program first.',
  invalid_client:
    'Give the file of an OAuth client that exists with --client (Google Cloud console, Clients).',
  invalid_grant: 'Sign in again: a code works once and for a few minutes.',
  invalid_scope: 'Without a browser Google allows files alone: sign in without --device.',
  unauthorized_client:
    'Use a client of type "Desktop app", or "TVs and Limited Input devices" with --device.',
  expired_token: 'Start again; the code has to be typed within half an hour.',
};

/** What an OAuth error says, in our words. */
export function refusal(body: Readonly<Record<string, unknown>>): Fault {
  const code = typeof body['error'] === 'string' ? body['error'] : 'no reason';
  const told =
    typeof body['error_description'] === 'string' ? `: ${body['error_description'].slice(0, 200)}` : '';
  return new Fault('AuthRejected', `Google refuses the sign-in (${code.slice(0, 60)}${told}).`, {
    remedy: remedies[code] ?? 'Look at the named reason, then sign in again.',
  });
}
