// Google's sign-in beside the APIs: tokens, devices, the browser's page, and taking a permission back.
import { emptyAnswer, jsonAnswer, pageAnswer, type Answer } from './answer.ts';
import type { Incoming } from './dispatch.ts';
import { oauthError, type OauthAnswer } from './oauth-answer.ts';
import { answerTokenRequest } from './token-endpoint.ts';
import type { World } from './world.ts';

const names: Readonly<Record<string, string>> = {
  'POST /token': 'oauth.token',
  'POST /oauth2/v4/token': 'oauth.token',
  'POST /device/code': 'oauth.device',
  'POST /revoke': 'oauth.revoke',
  'GET /o/oauth2/v2/auth': 'oauth.browser',
};

/** The stand-in's name for a request of sign-in; undefined for any other. */
export const oauthNameOf = (method: string, path: string): string | undefined => names[`${method} ${path}`];

const answerOf = ({ status, body }: OauthAnswer): Answer => jsonAnswer(status, body);

/** Answers a request that `oauthNameOf` knows; `browserEmail` is who sits at the browser. */
export async function answerOauth(world: World, incoming: Incoming, browserEmail: string): Promise<Answer> {
  const { url, entry } = incoming;
  const { accounts, sign } = world;
  if (entry.api === 'oauth.browser') {
    const client = accounts.clients.get(url.searchParams.get('client_id') ?? '');
    const to = sign.authorize(client, url.searchParams, browserEmail);
    if (typeof to === 'string') return emptyAnswer(302, { location: to });
    return pageAnswer(
      to.status,
      `<!DOCTYPE html><title>Error ${to.status}: ${String(to.body.error)}</title>`,
    );
  }
  const body = (await incoming.readBody()).toString('utf8');
  const isForm = incoming.request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  if (!isForm && body !== '')
    return answerOf(oauthError(400, 'invalid_request', 'Bad Request: the body must be form-encoded.'));
  const form = new URLSearchParams(body);
  if (entry.api === 'oauth.token')
    return answerOf(answerTokenRequest({ accounts, clock: world.clock, sign }, form));
  if (entry.api === 'oauth.device') {
    const client = accounts.clients.get(form.get('client_id') ?? '');
    return answerOf(sign.startDevice(client, form, world.url));
  }
  const token = form.get('token') ?? url.searchParams.get('token') ?? '';
  if (accounts.grants.get(token)?.isRevoked ?? true)
    return answerOf(oauthError(400, 'invalid_token', 'Token expired or revoked'));
  accounts.revoke(token);
  return jsonAnswer(200, {});
}
