// What an answer of Google's, or a line to it that breaks, means: a fault by Google's reason, told by the shape of the error.
import { connectionTrouble } from '../domain/connection-trouble.ts';
import { Fault, isFault, type FaultType } from '../domain/fault.ts';
import { redactText } from '../domain/redact.ts';
import { retryAfterSeconds } from '../domain/retry-after.ts';

/** What stands in a refusal, wherever the API and its age put it. */
export interface GoogleRefusal {
  status: number;
  /** `storageQuotaExceeded`, `PERMISSION_DENIED`, `AttachmentNotVisible`, `invalid_grant`; empty when Google gives none. */
  reason: string;
  /** `errors[0].domain` of the older APIs; `oauth` for a refusal of the token endpoint. */
  domain: string;
  message: string;
  retryAfter: string | undefined;
}

interface ErrorDocument {
  error?:
    | string
    | {
        message?: string;
        status?: string;
        errors?: { reason?: string; domain?: string }[];
        details?: { reason?: string }[];
      };
  error_description?: string;
}

/** What it refuses is who we are, whatever its word for it. */
const tokenEndpoint = 'oauth';

const transientReasons = [
  'backendError',
  'internalError',
  'rateLimitExceeded',
  'userRateLimitExceeded',
  'RESOURCE_EXHAUSTED',
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'INTERNAL',
  'ABORTED',
  'temporarily_unavailable',
  'server_error',
  'internal_failure',
];

/** The quota of a day: asked again every few hours. */
const dailyReasons = ['dailyLimitExceeded', 'sharingRateLimitExceeded', 'dailyLimitExceededUnreg'];
const dailyWaitSeconds = 4 * 3600;

const fullReasons = [
  'storageQuotaExceeded',
  'quotaExceeded',
  'teamDriveFileLimitExceeded',
  'numChildrenInNonRootLimitExceeded',
  'activeItemCreationLimitExceeded',
];

/** What to do about a refusal, where more can be said than in the table of failures. */
const remedies: Readonly<Record<string, string>> = {
  invalid_grant:
    'The permission has expired or was taken back (run `longtake google login`), or the key, the clock or google.subject is wrong.',
  invalid_client: 'The OAuth client of the token is gone: run `longtake google login` with a new one.',
  unauthorized_client:
    'Let the administrator of the domain delegate the scopes to the service account (Admin console, Domain-wide delegation).',
  accessNotConfigured: 'Enable this API in the Google Cloud project of the account.',
  SERVICE_DISABLED: 'Enable this API in the Google Cloud project of the account.',
  insufficientPermissions: 'The sign-in lacks a scope: run `longtake google login` again.',
  ACCESS_TOKEN_SCOPE_INSUFFICIENT: 'The sign-in lacks a scope: run `longtake google login` again.',
  insufficientFilePermissions: 'Share the folder with our account as a content manager.',
  insufficientParentPermissions: 'Share the folder with our account as a content manager.',
  domainPolicy: 'The administrator of the domain does not let programs use Drive.',
  publishOutNotPermitted: 'The domain forbids sharing outside: choose another `share` for the room.',
};

const serviceAccountFull =
  'A service account owns no space: use a folder of a shared drive, or google.subject, or google.tokenFile.';

function typeOf({ status, reason, domain }: GoogleRefusal): FaultType {
  const isUsageLimit = domain === 'usageLimits' && reason === 'quotaExceeded';
  if (isUsageLimit || transientReasons.includes(reason)) return 'GoogleTransient';
  if (dailyReasons.includes(reason) || fullReasons.includes(reason)) return 'QuotaExceeded';
  if (status === 408 || status === 429 || status >= 500) return 'GoogleTransient';
  if (status === 401 || status === 403 || domain === tokenEndpoint) return 'AuthRejected';
  if (status === 404 || status === 410) return 'GonePermanently';
  if (status === 409 || status === 412) return 'Conflict';
  return 'InputInvalid';
}

/** `what` is a phrase that begins a sentence: `Making the folder 2026-11-24`. */
export function faultOfRefusal(what: string, refusal: GoogleRefusal): Fault {
  const { status, reason, message } = refusal;
  const type = typeOf(refusal);
  const said = [reason, message].filter(Boolean).join(': ');
  const isRobot = reason === 'storageQuotaExceeded' && /service account/i.test(message);
  const remedy = isRobot ? serviceAccountFull : remedies[reason];
  const text = `${what}: Google answers ${status}${said && ` ${said}`}`.replace(/[.\s]*$/, '.');
  const waitSeconds = retryAfterSeconds(refusal.retryAfter, Date.now());
  const dailyWait = dailyReasons.includes(reason) ? dailyWaitSeconds : undefined;
  const wait = Math.max(waitSeconds ?? 0, dailyWait ?? 0);
  return new Fault(type, scrubbed(remedy ? `${text} ${remedy}` : text), {
    status,
    ...(reason && { reason }),
    ...((waitSeconds ?? dailyWait) !== undefined && { retryAfterSeconds: wait }),
  });
}

const secretForms =
  /\bya29\.[\w.-]+|\b1\/\/0[\w-]+|\bGOCSPX-[\w-]+|\bBearer\s+\S+|\b(?:upload_id|access_token|refresh_token|assertion|client_secret)=[^&\s"']+/g;

const scrubbed = (text: string): string => redactText({ text: text.replace(secretForms, '***') });

const mostCharacters = 400;
const short = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, mostCharacters);

/** Reads a refusal out of a body: JSON of either age, of the token endpoint, or a page. */
export function readRefusal(answer: {
  status: number;
  body: unknown;
  retryAfter?: string | undefined;
}): GoogleRefusal {
  const { status, retryAfter } = answer;
  const { error, error_description: description } = documentOf(answer.body);
  if (typeof error === 'string')
    return {
      status,
      reason: short(error),
      domain: tokenEndpoint,
      message: short(description ?? ''),
      retryAfter,
    };
  const message = short(error?.message ?? '');
  const named = /^@(\w+)\s*/.exec(message)?.[1];
  const [first] = error?.errors ?? [];
  const detail = error?.details?.find(({ reason }) => reason !== undefined)?.reason;
  return {
    status,
    reason: first?.reason ?? named ?? detail ?? error?.status ?? '',
    domain: first?.domain ?? '',
    message: named === undefined ? message : message.replace(/^@\w+\s*/, ''),
    retryAfter,
  };
}

function documentOf(body: unknown): ErrorDocument {
  const parsed = typeof body === 'string' || body instanceof Uint8Array ? parse(String(body)) : body;
  return typeof parsed === 'object' && parsed !== null ? parsed : {};
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The fault of an answer to a plain request; reads its body. */
export async function faultOfAnswer(what: string, response: Response): Promise<Fault> {
  const body = await response.text().catch(() => '');
  const retryAfter = response.headers.get('retry-after') ?? undefined;
  return faultOfRefusal(what, readRefusal({ status: response.status, body, retryAfter }));
}

interface ErrorShape {
  name?: string;
  code?: string | number;
  status?: number;
  message?: string;
  cause?: unknown;
  response?: { status?: number; data?: unknown; headers?: { get?(name: string): string | null } };
}

/** Any error of a call as a fault; undefined when it is none of Google's or the line's but one of ours. */
export function googleFault(what: string, error: unknown): Fault | undefined {
  const chain = causesOf(error);
  const fault = chain.find((each): each is Fault => isFault(each));
  if (fault) return fault;
  const answered = chain.find((each) => each.response?.status !== undefined)?.response;
  if (answered?.status !== undefined) {
    const { status, data: body, headers } = answered;
    const retryAfter = headers?.get?.('retry-after') ?? undefined;
    return faultOfRefusal(what, readRefusal({ status, body, retryAfter }));
  }
  return signInFault(what, chain) ?? lineFault(what, chain);
}

/** A chain that leads back to itself ends somewhere. */
const mostCauses = 8;

function causesOf(error: unknown): ErrorShape[] {
  const chain: ErrorShape[] = [];
  let each = error;
  while (typeof each === 'object' && each !== null && chain.length < mostCauses) {
    chain.push(each);
    each = (each as ErrorShape).cause;
  }
  return chain;
}

function lineFault(what: string, chain: readonly ErrorShape[]): Fault | undefined {
  const words = chain.flatMap(({ name, code }) => [String(code ?? ''), name ?? '']);
  const has = (...names: string[]) => words.some((word) => names.includes(word));
  const code = words.find((word) => /^E[A-Z]+|^(?:UND_ERR|HPE|CERT|ERR_TLS|ERR_SSL)_?/.test(word));
  if (has('TimeoutError', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT'))
    return new Fault('GoogleTransient', `${what}: Google does not answer in time.`);
  if (has('AbortError')) return new Fault('GoogleTransient', `${what}: it was broken off here.`);
  const isFetch = chain.some(({ message }) =>
    /^fetch failed$|^terminated$|premature close/i.test(message ?? ''),
  );
  if (code === undefined && !isFetch) return undefined;
  const trouble = connectionTrouble[code ?? ''] ?? `cannot be reached (${code ?? 'the line broke'})`;
  return new Fault('GoogleTransient', `${what}: Google ${trouble}.`, { ...(code && { code }) });
}

function signInFault(what: string, chain: readonly ErrorShape[]): Fault | undefined {
  const text = chain.map(({ code, message }) => `${code ?? ''} ${message ?? ''}`).join(' ');
  if (/ERR_OSSL|DECODER routines|PEM/.test(text))
    return new Fault('ConfigInvalid', `${what}: the private key of google.credentialsFile cannot be used.`);
  if (/could not load the default credentials/i.test(text))
    return new Fault(
      'ConfigInvalid',
      `${what}: this machine offers no Application Default Credentials; set google.credentialsFile or google.tokenFile.`,
    );
  return undefined;
}

/**
 * Runs a call and turns what goes wrong into a Fault: GoogleTransient, QuotaExceeded, AuthRejected, GonePermanently (404, 410), Conflict
 * (409, 412), InputInvalid. `details.status` and `details.reason` are Google's. `what` begins the message.
 */
export async function askGoogle<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw googleFault(what, error) ?? error;
  }
}
