// Who exists at Google: people, robots with keys, OAuth clients, and what was granted to whom.
import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';

export interface Person {
  kind: 'person';
  email: string;
  displayName: string;
  /** Bytes that this account may own; null: no limit. */
  storageLimitBytes: number | null;
  /** May see and change every course of the domain. */
  isAdmin: boolean;
}

export interface Robot {
  kind: 'robot';
  email: string;
  displayName: string;
  clientId: string;
  keyId: string;
  publicKey: string;
  /** Scopes for which the robot may act as any person of the domain. */
  delegatedScopes: Set<string>;
}

export type Account = Person | Robot;

export interface OauthClient {
  clientId: string;
  clientSecret: string;
}

export interface Grant {
  refreshToken: string;
  clientId: string;
  email: string;
  scopes: string[];
  isRevoked: boolean;
}

export interface AccessToken {
  token: string;
  email: string;
  /** The project that asked: what `drive.file` and appProperties go by. */
  app: string;
  scopes: ReadonlySet<string>;
  expiresAtMs: number;
}

/** The key file that Google hands out for a robot; `token_uri` is Google's own, as in real ones. */
export interface KeyFile {
  type: 'service_account';
  project_id: string;
  private_key_id: string;
  private_key: string;
  client_email: string;
  client_id: string;
  token_uri: string;
}

const projectId = 'longtake-test';

/** Starts of tokens and secrets look as Google's do, so that redaction meets the real forms. */
const secretLike = (prefix: string, bytes: number): string =>
  prefix + randomBytes(bytes).toString('base64url');

export class Accounts {
  readonly all = new Map<string, Account>();
  readonly clients = new Map<string, OauthClient>();
  readonly grants = new Map<string, Grant>();
  readonly tokens = new Map<string, AccessToken>();

  addPerson(email: string, options: { storageLimitBytes?: number | null; isAdmin?: boolean } = {}): Person {
    const { storageLimitBytes = null, isAdmin = false } = options;
    const displayName = email.split('@')[0]!;
    const person: Person = { kind: 'person', email, displayName, storageLimitBytes, isAdmin };
    this.all.set(email, person);
    return person;
  }

  /** A service account and its key file; `delegatedScopes` are what the domain's administrator allowed. */
  addRobot(name: string, { delegatedScopes = [] as string[] } = {}): KeyFile {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const email = `${name}@${projectId}.iam.gserviceaccount.com`;
    const clientId = `1${randomInt(10 ** 11, 10 ** 12)}`;
    const keyId = randomBytes(20).toString('hex');
    const delegated = new Set(delegatedScopes);
    this.all.set(email, {
      kind: 'robot',
      email,
      displayName: name,
      clientId,
      keyId,
      publicKey,
      delegatedScopes: delegated,
    });
    return {
      type: 'service_account',
      project_id: projectId,
      private_key_id: keyId,
      private_key: privateKey,
      client_email: email,
      client_id: clientId,
      token_uri: 'https://oauth2.googleapis.com/token',
    };
  }

  /** An OAuth client of the kind "TV and limited input" or "desktop". */
  addClient(): OauthClient {
    const clientId = `${randomInt(10 ** 11, 10 ** 12)}-${randomBytes(8).toString('hex')}.apps.googleusercontent.com`;
    const client = { clientId, clientSecret: secretLike('GOCSPX-', 18) };
    this.clients.set(clientId, client);
    return client;
  }

  /** What a person allowed a client; the answer holds the refresh token. */
  grant({ clientId, email, scopes }: { clientId: string; email: string; scopes: readonly string[] }): Grant {
    const refreshToken = secretLike('1//0', 32);
    const grant = { refreshToken, clientId, email, scopes: [...scopes], isRevoked: false };
    this.grants.set(refreshToken, grant);
    return grant;
  }

  issue(token: Omit<AccessToken, 'token'>): AccessToken {
    const issued = { ...token, token: secretLike(['ya29', 'c.'].join('.'), 48) };
    this.tokens.set(issued.token, issued);
    return issued;
  }

  /** The person took the permission back: refresh tokens and access tokens of it are worth nothing. */
  revoke(refreshToken: string): void {
    const grant = this.grants.get(refreshToken);
    if (grant === undefined) return;
    grant.isRevoked = true;
    for (const [name, { email, app }] of this.tokens)
      if (email === grant.email && app === grant.clientId) this.tokens.delete(name);
  }
}
