// POST /token: a robot's signed statement, a refresh token, a device's code or a browser's code become an access token.
import type { Accounts, Grant, OauthClient, Robot } from './accounts.ts';
import type { FakeClock } from './clock.ts';
import { knownScopes } from './discovery.ts';
import { textAt } from './json.ts';
import { isSignedBy, parseJwt, type Jwt } from './jwt.ts';
import { oauthError, type OauthAnswer } from './oauth-answer.ts';
import type { Sign } from './sign-in.ts';

export interface OauthWorld {
  accounts: Accounts;
  clock: FakeClock;
  sign: Sign;
}

/** Seconds; Google answers 3599 for tokens of an hour. */
const tokenSeconds = 3599;

const tokenAudiences = ['https://oauth2.googleapis.com/token', 'https://www.googleapis.com/oauth2/v4/token'];

function answerToken(
  { accounts, clock }: OauthWorld,
  token: { email: string; app: string; scopes: string[] },
  extra: Record<string, unknown> = {},
): OauthAnswer {
  const expiresAtMs = clock.nowMs() + tokenSeconds * 1000;
  const issued = accounts.issue({ ...token, scopes: new Set(token.scopes), expiresAtMs });
  const scope = token.scopes.join(' ');
  const body = {
    access_token: issued.token,
    expires_in: tokenSeconds,
    scope,
    token_type: 'Bearer',
    ...extra,
  };
  return { status: 200, body };
}

/** Why Google would not take the statement; undefined when it would. */
function jwtComplaint(jwt: Jwt, robot: Robot, nowMs: number): OauthAnswer | undefined {
  const { iat, exp } = jwt.claims;
  if (!isSignedBy(jwt, robot.publicKey)) return oauthError(400, 'invalid_grant', 'Invalid JWT Signature.');
  if (!tokenAudiences.includes(textAt(jwt.claims, 'aud') ?? ''))
    return oauthError(400, 'invalid_grant', 'Invalid JWT: Failed audience check.');
  const now = nowMs / 1000;
  const isTimely = Number(exp) > now && Number(exp) - Number(iat) <= 3600 && Number(iat) <= now + 300;
  if (!isTimely)
    return oauthError(
      400,
      'invalid_grant',
      'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
    );
  return undefined;
}

function byStatement(world: OauthWorld, form: URLSearchParams): OauthAnswer {
  const jwt = parseJwt(form.get('assertion') ?? '');
  if (jwt === undefined) return oauthError(400, 'invalid_grant', 'Invalid JWT: Token is malformed.');
  const robot = world.accounts.all.get(textAt(jwt.claims, 'iss') ?? '');
  if (robot?.kind !== 'robot') return oauthError(400, 'invalid_grant', 'Invalid grant: account not found');
  const wrong = jwtComplaint(jwt, robot, world.clock.nowMs());
  if (wrong) return wrong;
  const scopes = (textAt(jwt.claims, 'scope') ?? '').split(' ').filter((scope) => scope !== '');
  if (scopes.length === 0) return oauthError(400, 'invalid_scope', 'Empty or missing scope not allowed.');
  if (scopes.some((scope) => !knownScopes.has(scope)))
    return oauthError(400, 'invalid_scope', 'Invalid OAuth scope or ID token audience provided.');
  const subject = textAt(jwt.claims, 'sub');
  if (subject === undefined || subject === robot.email)
    return answerToken(world, { email: robot.email, app: robot.clientId, scopes });
  if (scopes.some((scope) => !robot.delegatedScopes.has(scope)))
    return oauthError(
      401,
      'unauthorized_client',
      'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
    );
  if (!world.accounts.all.has(subject)) return oauthError(400, 'invalid_grant', 'Invalid email or User ID');
  return answerToken(world, { email: subject, app: robot.clientId, scopes });
}

/** The client that asks, or what Google says to a wrong name or secret. */
export function clientOf(accounts: Accounts, form: URLSearchParams): OauthClient | OauthAnswer {
  const client = accounts.clients.get(form.get('client_id') ?? '');
  if (client === undefined) return oauthError(401, 'invalid_client', 'The OAuth client was not found.');
  if (client.clientSecret !== form.get('client_secret'))
    return oauthError(401, 'invalid_client', 'Unauthorized');
  return client;
}

const fromGrant = (world: OauthWorld, grant: Grant, extra?: Record<string, unknown>): OauthAnswer =>
  answerToken(world, { email: grant.email, app: grant.clientId, scopes: grant.scopes }, extra);

function byRefreshToken(world: OauthWorld, client: OauthClient, form: URLSearchParams): OauthAnswer {
  const grant = world.accounts.grants.get(form.get('refresh_token') ?? '');
  if (grant === undefined) return oauthError(400, 'invalid_grant', 'Bad Request');
  if (grant.clientId !== client.clientId) return oauthError(401, 'unauthorized_client', 'Unauthorized');
  if (grant.isRevoked) return oauthError(400, 'invalid_grant', 'Token has been expired or revoked.');
  return fromGrant(world, grant);
}

/** Answers one request for a token. */
export function answerTokenRequest(world: OauthWorld, form: URLSearchParams): OauthAnswer {
  const grantType = form.get('grant_type') ?? '';
  if (grantType === 'urn:ietf:params:oauth:grant-type:jwt-bearer') return byStatement(world, form);
  if (
    !['refresh_token', 'urn:ietf:params:oauth:grant-type:device_code', 'authorization_code'].includes(
      grantType,
    )
  )
    return oauthError(400, 'unsupported_grant_type', `Invalid grant_type: ${grantType}`);
  const client = clientOf(world.accounts, form);
  if ('status' in client) return client;
  if (grantType === 'refresh_token') return byRefreshToken(world, client, form);
  const signed =
    grantType === 'authorization_code'
      ? world.sign.redeem(client, form)
      : world.sign.poll(client, form.get('device_code') ?? '');
  if ('status' in signed) return signed;
  const grant = world.accounts.grant({ ...signed, clientId: client.clientId });
  return fromGrant(world, grant, { refresh_token: grant.refreshToken });
}
