// Addresses of sources in a closed grammar: parsed into parts, refused when in doubt, and written again from the parts.
import { Fault } from './fault.ts';
import { percentDecode, percentEncode } from './percent.ts';
import { isHost, parsePort } from './url-host.ts';
import { redactUrl } from './redact.ts';

export { percentEncode } from './percent.ts';
export { redactText, redactUrl } from './redact.ts';
export { expandTemplate, templatePlaceholders } from './url-template.ts';
export type { TemplateValues } from './url-template.ts';

export const sourceSchemes = ['rtsp', 'rtsps', 'http', 'https', 'file'] as const;
export type SourceScheme = (typeof sourceSchemes)[number];

/** An address in parts. User and password are decoded; path and query are as they go on the wire. */
export interface SourceUrl {
  scheme: SourceScheme;
  /** lower case; IPv6 in brackets; empty for `file` only */
  host: string;
  port?: number;
  /** begins with `/`, or is empty */
  path: string;
  /** without `?`; empty when there is none */
  query: string;
  user?: string;
  password?: string;
}

export interface Credentials {
  user: string;
  password: string;
}

const maxLength = 4096;

/**
 * Reads an address. Refuses (Fault ForbiddenUrl) schemes that are not allowed, control characters, backslashes,
 * fragments, dot segments, hosts that are not plain names or addresses in their usual form, and raw `@ : / ? #` in
 * credentials where they would make two readings possible.
 */
export function parseSourceUrl(
  text: string,
  allowedSchemes: readonly SourceScheme[] = sourceSchemes,
): SourceUrl {
  const { scheme, userinfo, hostport, rest } = split(text);
  if (!isAllowed(scheme, allowedSchemes)) {
    throw forbidden(text, `its scheme is not one of ${allowedSchemes.join(', ')}`);
  }
  const { path, query } = parseRest(text, rest);
  if (scheme === 'file') {
    if (hostport !== '' || userinfo !== undefined) throw forbidden(text, 'a file address has no host');
    if (path === '' || path.endsWith('/') || query !== '') throw forbidden(text, 'it names no file');
    if (/%2f/i.test(path)) throw forbidden(text, 'its path holds an encoded slash');
    return { scheme, host: '', path, query };
  }
  return { scheme, ...parseHostPort(text, hostport), path, query, ...parseUserinfo(text, userinfo) };
}

/** Writes an address from its parts; credentials are percent-encoded. What it writes, parseSourceUrl reads back. */
export function serializeUrl(url: SourceUrl): string {
  const port = url.port === undefined ? '' : `:${url.port}`;
  const query = url.query === '' ? '' : `?${url.query}`;
  return `${url.scheme}://${userinfoOf(url)}${url.host}${port}${url.path}${query}`;
}

/**
 * Takes the credentials off an address or a template of one (`{id}` stays as it is), decoded, so that they can be kept apart.
 * A raw `@` in the password is understood; a raw `/`, `?`, `#` or `%` is refused with the way to write it.
 */
export function stripCredentials(text: string): { url: string; credentials?: Credentials } {
  const { scheme, userinfo, hostport, rest } = split(text);
  if (hostport !== '' && !hostport.includes('{')) parseHostPort(text, hostport);
  const url = `${scheme}://${hostport}${rest}`;
  const { user, password = '' } = parseUserinfo(text, userinfo);
  return user === undefined ? { url } : { url, credentials: { user, password } };
}

/** Puts credentials, given as they are, into an address that has none or other ones. */
export function withCredentials(text: string, credentials: Credentials | undefined): string {
  if (credentials === undefined) return text;
  const { scheme, hostport, rest } = split(text);
  return `${scheme}://${userinfoOf(credentials)}${hostport}${rest}`;
}

interface Split {
  scheme: string;
  userinfo?: string;
  hostport: string;
  rest: string;
}

function split(text: string): Split {
  if (text.length > maxLength) throw forbidden(text, `it is longer than ${maxLength} characters`);
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029\\]/.test(text)) {
    throw forbidden(text, 'it holds a control character or a backslash');
  }
  if (!text.isWellFormed()) throw forbidden(text, 'it holds half a character');
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)(.*)$/u.exec(text);
  if (!match) throw forbidden(text, 'it does not have the form scheme://host/path');
  const [, scheme = '', authority = '', rest = ''] = match;
  const at = authority.lastIndexOf('@');
  const parts = { scheme: scheme.toLowerCase(), hostport: authority.slice(at + 1), rest };
  return at < 0 ? parts : { ...parts, userinfo: authority.slice(0, at) };
}

function parseHostPort(text: string, hostport: string): { host: string; port?: number } {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(hostport);
  const host = (match?.[1] ?? '').toLowerCase();
  if (!isHost(host)) {
    throw forbidden(
      text,
      'its host is not a plain name or address (write @ : / ? # % in a password as %40 %3A …)',
    );
  }
  if (match?.[2] === undefined) return { host };
  const port = parsePort(match[2]);
  if (port === undefined) {
    throw forbidden(
      text,
      'its port is no number from 1 to 65535 (write @ : / ? # % in a password as %40 %3A …)',
    );
  }
  return { host, port };
}

function parseUserinfo(text: string, userinfo: string | undefined): { user?: string; password?: string } {
  if (userinfo === undefined || userinfo === '' || userinfo === ':') return {};
  const colon = userinfo.indexOf(':');
  const decode = (part: string): string => percentDecode(part) ?? refuse();
  const refuse = (): never => {
    throw forbidden(text, 'its credentials hold a % that is no percent-encoding (write %25)');
  };
  if (colon < 0) return { user: decode(userinfo) };
  return { user: decode(userinfo.slice(0, colon)), password: decode(userinfo.slice(colon + 1)) };
}

function parseRest(text: string, rest: string): { path: string; query: string } {
  if (rest.includes('#')) throw forbidden(text, 'it has a fragment (write # as %23)');
  if (/[{}]/.test(rest)) throw forbidden(text, 'a placeholder in it has no value');
  const mark = rest.indexOf('?');
  const path = canonical(mark < 0 ? rest : rest.slice(0, mark));
  const query = canonical(mark < 0 ? '' : rest.slice(mark + 1));
  if (path === undefined || query === undefined) {
    throw forbidden(text, 'it holds a % that is no percent-encoding (write %25)');
  }
  if (path.split('/').some((segment) => /^(\.|%2e){1,2}$/i.test(segment))) {
    throw forbidden(text, 'its path holds a . or .. segment');
  }
  if (/%(0[0-9a-f]|1[0-9a-f]|7f|5c)/i.test(path)) {
    throw forbidden(text, 'its path holds an encoded control character or backslash');
  }
  return { path, query };
}

/** Encodes what may not stand bare; undefined when a `%` begins no escape. */
function canonical(part: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(part)) return undefined;
  return part.replace(/[^\w\-.~!$&'()*+,;=:@/?%]+/g, percentEncode);
}

function userinfoOf({ user, password }: Partial<Credentials>): string {
  if (user === undefined) return '';
  return `${percentEncode(user)}${password === undefined ? '' : `:${percentEncode(password)}`}@`;
}

function isAllowed(scheme: string, allowed: readonly SourceScheme[]): scheme is SourceScheme {
  return (allowed as readonly string[]).includes(scheme);
}

function forbidden(text: string, reason: string): Fault {
  return new Fault(
    'ForbiddenUrl',
    `The address ${JSON.stringify(redactUrl(text.slice(0, 300)))} is refused: ${reason}.`,
  );
}
