// One URL template of a camera map: the names it holds, and the address and credentials it makes of a row's values.
import { Fault, isFault } from '../domain/fault.ts';
import { isHost, isIpv6, parsePort } from '../domain/url-host.ts';
import {
  parseSourceUrl,
  percentEncode,
  redactUrl,
  serializeUrl,
  type Credentials,
  type SourceScheme,
} from '../domain/url.ts';

/** Schemes a relay can take its picture from. */
export const cameraSchemes: readonly SourceScheme[] = ['rtsp', 'rtsps', 'http', 'https'];

/** A value per name; null and empty mean that the row has none. */
export type ValueOf = (name: string) => string | null;

/** `url` is absent when there are problems; `name` is the placeholder that is to blame, `url` when it is the whole. */
export interface FilledUrl {
  /** Without credentials. */
  url?: string;
  credentials?: Credentials;
  problems: { name: string; message: string }[];
}

export interface UrlPattern {
  names: readonly string[];
  /** Names that stand where the password does. */
  secretNames: readonly string[];
  /** Names in host, port, path and query: what they hold is shown. */
  openNames: readonly string[];
  /** Encodes each value as its place demands. Never throws. */
  fill(valueOf: ValueOf): FilledUrl;
}

/** A placeholder is one private character while the template is taken apart, so that no name can look like a part of the address. */
const firstMark = 0xe000;
const anyMark = /[\ue000-\uf8ff]/g;

interface Parts {
  scheme: string;
  user?: string;
  password?: string;
  host: string;
  port?: string;
  rest: string;
}

/** @throws Fault InputInvalid that says what is wrong with the template; it never quotes a password */
export function urlPattern(template: string): UrlPattern {
  const refuse = (reason: string): never => {
    throw new Fault('InputInvalid', `${JSON.stringify(redactUrl(template.slice(0, 300)))}: ${reason}.`);
  };
  const names: string[] = [];
  if (template.match(anyMark)) refuse('it holds a character of a private area');
  const text = template.replace(/\{([^{}]*)\}/g, (_, name: string, offset: number) => {
    names.push(name);
    const mark = String.fromCharCode(firstMark + names.length - 1);
    // `{host}{path}` and `{host}/{path}` are the same, whether or not the column's paths begin with a slash.
    return name === 'path' && template[offset - 1] !== '/' ? `/${mark}` : mark;
  });
  if (/[{}]/.test(text)) refuse('a brace in it belongs to no {column} (write %7B or %7D)');
  const parts = partsOf(text) ?? refuse('it does not have the form scheme://host/path');
  if (!(cameraSchemes as readonly string[]).includes(parts.scheme))
    refuse(`it begins with none of ${cameraSchemes.map((scheme) => `${scheme}://`).join(', ')}`);
  if (parts.password?.replace(anyMark, ''))
    refuse('a password stands in it; name a column there, if need be one of a view with a constant in it');
  const namesIn = (part = ''): string[] =>
    (part.match(anyMark) ?? []).map((mark) => names[mark.charCodeAt(0) - firstMark] ?? '');
  const fill = (valueOf: ValueOf): FilledUrl => fillParts({ parts, namesIn, valueOf });
  const hosts = new Set(namesIn(parts.host));
  const ports = new Set(namesIn(parts.port));
  const sample = fill((name) => (hosts.has(name) ? 'camera.example' : ports.has(name) ? '554' : '1'));
  if (sample.problems[0]) refuse(sample.problems[0].message);
  return {
    names,
    secretNames: namesIn(parts.password),
    openNames: [parts.host, parts.port, parts.rest].flatMap(namesIn),
    fill,
  };
}

function partsOf(text: string): Parts | undefined {
  const [, scheme, authority, rest = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)(.*)$/u.exec(text) ?? [];
  if (scheme === undefined || authority === undefined) return undefined;
  const at = authority.lastIndexOf('@');
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/u.exec(authority.slice(at + 1)) ?? [];
  const userinfo = at < 0 ? undefined : authority.slice(0, at);
  const colon = userinfo?.indexOf(':') ?? -1;
  return {
    scheme: scheme.toLowerCase(),
    host,
    rest,
    ...(port === undefined ? {} : { port }),
    ...(userinfo === undefined ? {} : { user: colon < 0 ? userinfo : userinfo.slice(0, colon) }),
    ...(userinfo === undefined || colon < 0 ? {} : { password: userinfo.slice(colon + 1) }),
  };
}

interface FillRequest {
  parts: Parts;
  namesIn: (part?: string) => string[];
  valueOf: ValueOf;
}

function fillParts({ parts, namesIn, valueOf }: FillRequest): FilledUrl {
  const problems: FilledUrl['problems'] = [];
  const filled = (part: string, encode: (name: string) => string): string => {
    const marks = namesIn(part);
    return part.replace(anyMark, () => encode(marks.shift() ?? ''));
  };
  const blame = (name: string, message: string): string => {
    problems.push({ name, message });
    return '';
  };
  const secret = (name: string): string => {
    const value = valueOf(name) ?? '';
    return /\p{Cc}/u.test(value) ? blame(name, 'holds a control character') : percentEncode(value);
  };
  const open = (name: string): string => {
    const value = (valueOf(name) ?? '').trim();
    return value === '' ? blame(name, 'is empty, and the template needs it') : percentEncode(value);
  };
  const isWhole = (part: string): boolean => namesIn(part).length === 1 && part.length === 1;
  const { scheme, user, password, host, port, rest } = parts;
  const hostText = filled(host, isWhole(host) ? (name) => hostOf(name, valueOf(name), blame) : open);
  const portText = port === undefined ? '' : filled(port, (name) => portOf(name, valueOf(name), blame));
  const address = [
    `${scheme}://`,
    user === undefined ? '' : filled(user, secret),
    password === undefined ? '' : `:${filled(password, secret)}`,
    user === undefined ? '' : '@',
    hostText,
    portText === '' ? '' : `:${portText}`,
    filled(rest, (name) => (name === 'path' ? pathOf(valueOf(name)) : open(name))),
  ].join('');
  return problems.length > 0 ? { problems } : readAddress(address);
}

type Blame = (name: string, message: string) => string;

/** PostgreSQL writes a single address of type inet as `10.0.0.1/32`. */
function hostOf(name: string, value: string | null, blame: Blame): string {
  const host = (value ?? '')
    .trim()
    .toLowerCase()
    .replace(/\/(?:32|128)$/, '');
  if (isIpv6(host)) return `[${host}]`;
  if (isHost(host)) return host;
  return blame(name, host === '' ? 'is empty: the camera has no host' : 'is no plain host name or address');
}

function portOf(name: string, value: string | null, blame: Blame): string {
  const port = (value ?? '').trim();
  if (port === '' || parsePort(port) !== undefined) return port;
  return blame(name, 'is no port from 1 to 65535');
}

/** A path of several segments stays one. */
const pathOf = (value: string | null): string => (value ?? '').trim().replace(/^\/+/, '');

/** Takes a whole address apart; credentials beside it count where it holds none. Never throws. */
export function readAddress(text: string, beside?: Credentials): FilledUrl {
  const refuse = (message: string): FilledUrl => ({ problems: [{ name: 'url', message }] });
  try {
    const { user, password = '', ...bare } = parseSourceUrl(text, cameraSchemes);
    const url = serializeUrl(bare);
    if (redactUrl(url) !== url)
      return refuse('holds a secret in its query, which lists would show; it belongs before the @');
    const credentials = user === undefined ? beside : { user, password };
    if (credentials && /\p{Cc}/u.test(credentials.user + credentials.password))
      return refuse('holds a control character in its credentials');
    return { url, ...(credentials ? { credentials } : {}), problems: [] };
  } catch (error) {
    if (!isFault(error)) throw error;
    return refuse(error.message);
  }
}
