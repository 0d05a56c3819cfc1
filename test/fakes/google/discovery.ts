// Google's discovery documents as the stand-in asks them: which method a verb and a path name, and what it takes.
import { readFileSync } from 'node:fs';

export interface Schema {
  type?: 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array' | 'any';
  $ref?: string;
  format?: string;
  enum?: string[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  annotations?: { required?: string[] };
}

export interface Parameter extends Schema {
  location: 'path' | 'query';
  required?: boolean;
  repeated?: boolean;
  minimum?: string;
  maximum?: string;
  pattern?: string;
}

export interface Method {
  id: string;
  httpMethod: string;
  path: string;
  uploadPath?: string;
  parameters?: Record<string, Parameter>;
  request?: { $ref: string };
  response?: { $ref: string };
  scopes: string[];
  supportsMediaDownload?: boolean;
}

export interface ApiDocument {
  id: string;
  name: 'drive' | 'calendar' | 'classroom' | 'sheets';
  servicePath: string;
  parameters: Record<string, Parameter>;
  scopes: string[];
  methods: Method[];
  schemas: Record<string, Schema>;
}

export interface Route {
  api: ApiDocument;
  method: Method;
  pathParameters: Record<string, string>;
  isUpload: boolean;
}

const names = ['drive.v3', 'calendar.v3', 'classroom.v1', 'sheets.v4'];

export const apis: readonly ApiDocument[] = names.map(
  (name) =>
    JSON.parse(readFileSync(new URL(`./discovery/${name}.json`, import.meta.url), 'utf8')) as ApiDocument,
);

/** Every scope that one of the APIs knows, and those of sign-in. */
export const knownScopes: ReadonlySet<string> = new Set([
  ...apis.flatMap(({ scopes }) => scopes),
  'openid',
  'email',
  'profile',
]);

interface Pattern {
  api: ApiDocument;
  method: Method;
  isUpload: boolean;
  names: string[];
  regexp: RegExp;
}

function patternOf(api: ApiDocument, method: Method, path: string, isUpload: boolean): Pattern {
  const parameterNames = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const escaped = path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '([^/]+)');
  return { api, method, isUpload, names: parameterNames, regexp: new RegExp(`^${escaped}$`) };
}

const patterns: readonly Pattern[] = apis
  .flatMap((api) =>
    api.methods.flatMap((method) => [
      patternOf(api, method, `/${api.servicePath}${method.path}`, false),
      ...(method.uploadPath ? [patternOf(api, method, method.uploadPath, true)] : []),
    ]),
  )
  // `files/generateIds` must not be read as `files/{fileId}`.
  .toSorted((a, b) => a.names.length - b.names.length);

/** The method that Google would run; undefined where it has none. */
export function routeOf(verb: string, path: string): Route | undefined {
  for (const { api, method, isUpload, names: parameterNames, regexp } of patterns) {
    const match = method.httpMethod === verb ? regexp.exec(path) : null;
    if (!match) continue;
    const values = match.slice(1).map((value) => decodeURIComponent(value));
    const pathParameters = Object.fromEntries(parameterNames.map((name, index) => [name, values[index]!]));
    return { api, method, isUpload, pathParameters };
  }
  return undefined;
}
