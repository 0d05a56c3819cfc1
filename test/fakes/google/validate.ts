// Holds a request against its method in the discovery document: parameters, body and scopes. Stricter than Google where Google ignores what it does not know.
import type { ApiDocument, Method, Parameter, Route } from './discovery.ts';
import { badRequest, GoogleError } from './google-error.ts';
import { isObject, type Json } from './json.ts';
import { checkValue } from './validate-body.ts';

/** Query parameters by name, each with all its values, checked. */
export type Query = Readonly<Record<string, readonly string[]>>;

const newStyle = (api: ApiDocument): boolean => api.name === 'classroom' || api.name === 'sheets';

function unknownParameter(name: string): GoogleError {
  const description = `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter. Field '${name}' could not be found in request message.`;
  return new GoogleError({
    code: 400,
    reason: 'badRequest',
    location: name,
    message: description,
    details: [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ description }] }],
  });
}

/** What is wrong with one value, in the words of the API's generation; undefined when it will do. */
function complaint(api: ApiDocument, name: string, value: string, parameter: Parameter): string | undefined {
  const modern = newStyle(api);
  const type = parameter.type ?? 'string';
  if (parameter.enum && !parameter.enum.includes(value))
    return modern
      ? `Invalid value at '${name}' (TYPE_ENUM), "${value}"`
      : `Invalid string value: '${value}'. Allowed values: [${parameter.enum.join(', ')}]`;
  if (type === 'boolean' && value !== 'true' && value !== 'false')
    return modern
      ? `Invalid value at '${name}' (TYPE_BOOL), "${value}"`
      : `Invalid boolean value: '${value}'.`;
  if (type === 'integer') {
    if (!/^-?\d+$/.test(value))
      return modern
        ? `Invalid value at '${name}' (TYPE_INT32), "${value}"`
        : `Invalid integer value: '${value}'.`;
    const [least, most] = [Number(parameter.minimum ?? -Infinity), Number(parameter.maximum ?? Infinity)];
    if (Number(value) < least || Number(value) > most)
      return `Invalid value '${value}'. Values must be within the range: [${least}, ${most}]`;
  }
  if (parameter.format === 'date-time' && !/^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(value))
    return 'Bad Request';
  return undefined;
}

/** Parameters that go with any method; `uploadType` belongs to upload paths and nowhere else. */
function parametersOf({ api, method, isUpload }: Route): Record<string, Parameter> {
  const { uploadType: _, upload_protocol: __, ...always } = api.parameters;
  const upload: Record<string, Parameter> = isUpload
    ? { uploadType: { type: 'string', location: 'query', enum: ['media', 'multipart', 'resumable'] } }
    : {};
  return { ...always, ...upload, ...method.parameters };
}

/** Checks names, types, ranges and presence. */
export function checkQuery(route: Route, url: URL): Query {
  const allowed = parametersOf(route);
  const query: Record<string, string[]> = {};
  for (const [name, value] of url.searchParams) {
    // A session's own address carries this one.
    if (route.isUpload && name === 'upload_id') continue;
    const parameter = allowed[name];
    if (parameter === undefined || parameter.location !== 'query') throw unknownParameter(name);
    const wrong = complaint(route.api, name, value, parameter);
    if (wrong !== undefined) throw badRequest(wrong, name, 'invalidParameter');
    (query[name] ??= []).push(value);
    if (!parameter.repeated && query[name].length > 1)
      throw badRequest(`Multiple values for singular parameter: ${name}`, name, 'invalidParameter');
  }
  for (const [name, { required, location }] of Object.entries(allowed)) {
    const given = location === 'path' ? route.pathParameters[name] : query[name]?.[0];
    if (required && (given === undefined || given === ''))
      throw badRequest(`Missing required parameter: ${name}`, name, 'required');
  }
  return query;
}

/** Checks the body against the method's schema; `{}` for methods that take none. */
export function checkBody(api: ApiDocument, method: Method, body: unknown): Json {
  if (method.request === undefined) {
    if (body !== undefined) throw badRequest(`Unexpected body for ${method.id}`, undefined, 'badRequest');
    return {};
  }
  if (!isObject(body ?? {})) throw badRequest('Parse Error', undefined, 'parseError');
  const given = (body ?? {}) as Json;
  const problem = checkValue(given, method.request, { api, methodId: method.id, path: '' });
  if (problem !== undefined) throw badRequest(problem.message, problem.location, problem.reason);
  return given;
}

/** A token that may not do this at all, whoever holds it. */
export function checkScopes(api: ApiDocument, method: Method, scopes: ReadonlySet<string>): void {
  if (method.scopes.some((scope) => scopes.has(scope))) return;
  throw new GoogleError({
    code: 403,
    reason: 'insufficientPermissions',
    status: 'PERMISSION_DENIED',
    message: 'Request had insufficient authentication scopes.',
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
        domain: 'googleapis.com',
        metadata: { service: `${api.name}.googleapis.com`, method: method.id },
      },
    ],
  });
}
