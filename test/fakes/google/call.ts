// One checked request on its way to a handler, and what the handler gives back.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { AccessToken, Account } from './accounts.ts';
import type { Route } from './discovery.ts';
import type { Json } from './json.ts';
import type { Query } from './validate.ts';
import type { World } from './world.ts';

export interface Caller extends AccessToken {
  account: Account;
}

export interface Call {
  world: World;
  route: Route;
  query: Query;
  /** Checked JSON; `{}` where the method takes none. */
  body: Json;
  headers: IncomingHttpHeaders;
  caller: Caller;
}

export interface Reply {
  status?: number;
  json?: unknown;
  headers?: Record<string, string>;
  /** Selector that applies when the request has no `fields`. */
  defaultFields?: string;
  /** A stored file's bytes, from `start` up to and with `end`. */
  stored?: { path: string; start: number; end: number };
}

export type Handler = (call: Call) => Reply | Promise<Reply>;

/** The start of an upload, with the address that it came to. */
export interface UploadCall extends Call {
  request: IncomingMessage;
}

export const first = (query: Query, name: string): string | undefined => query[name]?.[0];
export const flag = (query: Query, name: string): boolean => first(query, name) === 'true';
export const numberOf = (query: Query, name: string, otherwise: number): number =>
  Number(first(query, name) ?? otherwise);
