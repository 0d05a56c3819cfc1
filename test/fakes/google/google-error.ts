// Errors in the words and shapes in which Google answers them: the older APIs with `errors[]`, the newer ones with a `status`.
import type { ApiDocument } from './discovery.ts';

export interface ErrorSpec {
  code: number;
  message: string;
  /** `errors[0].reason` of the older APIs. */
  reason?: string;
  domain?: string;
  location?: string;
  locationType?: 'parameter' | 'header' | 'other';
  /** google.rpc.Code of the newer APIs; worked out from `code` when absent. */
  status?: string;
  details?: unknown[];
  retryAfterSeconds?: number;
}

/** What a handler throws when Google would refuse. */
export class GoogleError extends Error {
  readonly spec: ErrorSpec;
  constructor(spec: ErrorSpec) {
    super(spec.message);
    this.spec = spec;
  }
}

/** The line is over: the socket is gone or must go, and there is nobody to answer. */
export class ConnectionCut extends Error {}

const statusByCode: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ALREADY_EXISTS',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

const isOld = (api: ApiDocument['name'] | undefined): boolean => api === 'drive' || api === 'calendar';

/** The body as `api` writes it. */
export function errorBody(spec: ErrorSpec, api: ApiDocument['name'] | undefined): unknown {
  const { code, message, reason, domain = 'global', location, locationType = 'parameter' } = spec;
  const status = spec.status ?? statusByCode[code];
  const details = spec.details ? { details: spec.details } : {};
  if (!isOld(api)) return { error: { code, message, ...(status && { status }), ...details } };
  const where = location === undefined ? {} : { location, locationType };
  const errors = [{ message, domain, reason: reason ?? 'invalid', ...where }];
  return { error: { code, message, errors, ...(spec.status && { status: spec.status }), ...details } };
}

/** Google's front end, where no API listens: a page, not JSON. */
export const notFoundPage = (path: string): string =>
  `<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>\n<p><b>404.</b> <ins>That’s an error.</ins>\n<p>The requested URL <code>${path.replace(/[<>&"]/g, (c) => `&#${c.charCodeAt(0)};`)}</code> was not found on this server.  <ins>That’s all we know.</ins>\n`;

const serviceAccountQuota =
  'Service Accounts do not have storage quota. Leverage shared drives (https://developers.google.com/workspace/drive/api/guides/about-shareddrives), or use OAuth delegation (http://support.google.com/a/answer/7281227) instead.';

/** Refusals that tests ask for by name, and that the stand-in itself gives. */
export const namedErrors = {
  userRateLimitExceeded: {
    code: 403,
    domain: 'usageLimits',
    reason: 'userRateLimitExceeded',
    message: 'User rate limit exceeded.',
  },
  rateLimitExceeded: {
    code: 403,
    domain: 'usageLimits',
    reason: 'rateLimitExceeded',
    message: 'Rate Limit Exceeded',
  },
  tooManyRequests: {
    code: 429,
    domain: 'usageLimits',
    reason: 'rateLimitExceeded',
    message: 'Rate Limit Exceeded',
  },
  quotaExceededCalendar: {
    code: 403,
    domain: 'usageLimits',
    reason: 'quotaExceeded',
    message: 'Calendar usage limits exceeded.',
  },
  dailyLimitExceeded: {
    code: 403,
    domain: 'usageLimits',
    reason: 'dailyLimitExceeded',
    message: 'Daily Limit Exceeded',
  },
  sharingRateLimitExceeded: {
    code: 403,
    reason: 'sharingRateLimitExceeded',
    message: 'Rate limit exceeded. User has exceeded the sharing quota.',
  },
  storageQuotaExceeded: {
    code: 403,
    reason: 'storageQuotaExceeded',
    message: "The user's Drive storage quota has been exceeded.",
  },
  serviceAccountQuota: {
    code: 403,
    domain: 'usageLimits',
    reason: 'storageQuotaExceeded',
    message: serviceAccountQuota,
  },
  numChildrenInNonRootLimitExceeded: {
    code: 403,
    reason: 'numChildrenInNonRootLimitExceeded',
    message: "The limit for this folder's number of children (files and folders) has been exceeded.",
  },
  teamDriveFileLimitExceeded: {
    code: 403,
    reason: 'teamDriveFileLimitExceeded',
    message: 'The file limit for this shared drive has been exceeded.',
  },
  domainPolicy: {
    code: 403,
    reason: 'domainPolicy',
    message: 'The domain administrators have disabled Drive apps.',
  },
  publishOutNotPermitted: {
    code: 403,
    reason: 'publishOutNotPermitted',
    message: 'You cannot publish this item outside of your organization.',
  },
  accessNotConfigured: {
    code: 403,
    domain: 'usageLimits',
    reason: 'accessNotConfigured',
    message:
      'Access Not Configured. The API has not been used in this project before or it is disabled. Enable it, then retry.',
  },
  authError: {
    code: 401,
    reason: 'authError',
    location: 'Authorization',
    locationType: 'header',
    status: 'UNAUTHENTICATED',
    message:
      'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.',
  },
  resourceExhausted: {
    code: 429,
    reason: 'rateLimitExceeded',
    domain: 'usageLimits',
    message: "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute per user'.",
  },
  internalError: { code: 500, reason: 'internalError', message: 'Internal Error' },
  badGateway: { code: 502, reason: 'backendError', message: 'Bad Gateway' },
  backendError: { code: 503, reason: 'backendError', message: 'Backend Error' },
  gatewayTimeout: { code: 504, reason: 'backendError', message: 'Gateway Timeout' },
} as const satisfies Record<string, ErrorSpec>;

export type NamedError = keyof typeof namedErrors;

export const refuse = (name: NamedError): GoogleError => new GoogleError(namedErrors[name]);

/** A request that an API of the older kind calls wrong. */
export const badRequest = (message: string, location?: string, reason = 'invalid'): GoogleError =>
  new GoogleError({ code: 400, message, reason, ...(location !== undefined && { location }) });

/** `Invalid Value` with the parameter's name, the commonest answer of the older APIs. */
export const invalidValue = (location: string): GoogleError => badRequest('Invalid Value', location);
