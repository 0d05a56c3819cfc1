// From a request to the handler of its method: token, scopes, quota, parameters, body and fields, in the order in which Google looks at them.
import type { IncomingMessage } from 'node:http';
import { emptyAnswer, jsonAnswer, pageAnswer, type Answer } from './answer.ts';
import { calendarHandlers } from './calendar-events.ts';
import type { Call, Caller, Handler, Reply, UploadCall } from './call.ts';
import { courseHandlers } from './classroom-courses.ts';
import { postHandlers } from './classroom-posts.ts';
import { routeOf, type Route } from './discovery.ts';
import { driveHandlers } from './drive-files.ts';
import { isResumable, type Uploads } from './drive-upload.ts';
import { uploadAtOnce } from './drive-single-upload.ts';
import type { PieceFaults } from './drive-session.ts';
import { checkFields, parseFields, select } from './fields.ts';
import { badRequest, errorBody, GoogleError, notFoundPage, refuse } from './google-error.ts';
import type { JournalEntry } from './journal.ts';
import { sheetsHandlers } from './sheets-values.ts';
import { checkBody, checkQuery, checkScopes } from './validate.ts';
import type { World } from './world.ts';

export const handlers: Readonly<Record<string, Handler>> = {
  ...driveHandlers,
  ...calendarHandlers,
  ...courseHandlers,
  ...postHandlers,
  ...sheetsHandlers,
};

export interface Incoming {
  request: IncomingMessage;
  url: URL;
  entry: JournalEntry;
  /** The body, counted; larger ones than JSON has any need of are refused. */
  readBody(): Promise<Buffer>;
  pieceFaults: PieceFaults;
}

function callerOf(world: World, { request, url }: Incoming): Caller {
  const header = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const name = header ?? url.searchParams.get('access_token') ?? url.searchParams.get('oauth_token');
  if (name === null || name === undefined)
    throw new GoogleError({
      code: 401,
      reason: 'required',
      message:
        'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.',
      location: 'Authorization',
      locationType: 'header',
      status: 'UNAUTHENTICATED',
    });
  const token = world.accounts.tokens.get(name);
  const account = token && world.accounts.all.get(token.email);
  if (token === undefined || account === undefined || token.expiresAtMs <= world.clock.nowMs())
    throw refuse('authError');
  return { ...token, account };
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw badRequest('Parse Error', undefined, 'parseError');
  }
}

/** Cuts the reply down to the fields that were asked for. */
function answerOf(route: Route, call: Pick<Call, 'query'>, reply: Reply): Answer {
  const { status = 200, headers = {}, json, stored, defaultFields } = reply;
  if (stored !== undefined) return { ...emptyAnswer(status, headers), stored };
  if (json === undefined) return emptyAnswer(status, headers);
  const fields = call.query.fields?.[0] ?? defaultFields;
  if (fields === undefined) return jsonAnswer(status, json, headers);
  const selection = parseFields(fields);
  checkFields(route.api, route.method.response, selection);
  return jsonAnswer(status, select(json, selection), headers);
}

async function runUpload(uploads: Uploads, incoming: Incoming & { call: Call }): Promise<Reply> {
  const { call, request } = incoming;
  if (call.query.uploadType === undefined)
    throw badRequest('Missing required parameter: uploadType', 'uploadType', 'required');
  const bytes = await incoming.readBody();
  if (!isResumable(call)) return uploadAtOnce(call, bytes);
  const body = checkBody(call.route.api, call.route.method, parseJson(bytes));
  incoming.entry.body = body;
  return uploads.start({ ...call, body, request } satisfies UploadCall);
}

async function runMethod(
  world: World,
  uploads: Uploads,
  incoming: Incoming & { route: Route },
): Promise<Answer> {
  const { request, url, entry, route } = incoming;
  const caller = callerOf(world, incoming);
  entry.email = caller.email;
  checkScopes(route.api, route.method, caller.scopes);
  world.limits.charge(route, caller.email);
  const query = checkQuery(route, url);
  const fields = query.fields?.[0];
  // Before anything is done: a wrong selector must not leave a file behind.
  if (fields !== undefined) checkFields(route.api, route.method.response, parseFields(fields));
  const call: Call = { world, route, query, body: {}, headers: request.headers, caller };
  if (route.isUpload) return answerOf(route, call, await runUpload(uploads, { ...incoming, call }));
  const json = parseJson(await incoming.readBody());
  entry.body = json;
  const body = checkBody(route.api, route.method, json);
  const handler = handlers[route.method.id];
  if (handler === undefined) throw new Error(`The stand-in has no handler for ${route.method.id}`);
  return answerOf(route, call, await handler({ ...call, body }));
}

/** `PUT` and `DELETE` on a session's address need no token: the address is the right to it. */
async function runSession(uploads: Uploads, incoming: Incoming): Promise<Answer> {
  const { request, url, pieceFaults } = incoming;
  const uploadId = url.searchParams.get('upload_id')!;
  if (request.method === 'DELETE') {
    await incoming.readBody();
    return emptyAnswer(uploads.cancel(uploadId).status ?? 499);
  }
  const { call, reply } = await uploads.proceed({ request, uploadId, faults: pieceFaults });
  return answerOf(call.route, call, reply);
}

const isSession = (method: string, url: URL): boolean =>
  url.pathname.startsWith('/upload/') &&
  url.searchParams.has('upload_id') &&
  (method === 'PUT' || method === 'DELETE');

/** The name by which scripts and journals know the request. */
export function apiNameOf(request: IncomingMessage, url: URL): string {
  const method = request.method ?? '';
  if (isSession(method, url)) {
    if (method === 'DELETE') return 'drive.upload.cancel';
    return request.headers['content-range']?.startsWith('bytes *')
      ? 'drive.upload.status'
      : 'drive.upload.put';
  }
  const route = safeRoute(method, url);
  if (!route?.isUpload) return route?.method.id ?? 'unknown';
  return url.searchParams.get('uploadType') === 'resumable' ? 'drive.upload.start' : 'drive.upload.once';
}

function safeRoute(method: string, url: URL): Route | undefined {
  try {
    return routeOf(method, url.pathname);
  } catch {
    // A percent sign that escapes nothing.
    return undefined;
  }
}

/** Runs the request; refusals come back as answers in Google's words. */
export async function dispatch(world: World, uploads: Uploads, incoming: Incoming): Promise<Answer> {
  const { request, url } = incoming;
  const method = request.method ?? '';
  const inSession = isSession(method, url);
  const route = inSession ? undefined : safeRoute(method, url);
  try {
    if (inSession) return await runSession(uploads, incoming);
    if (route === undefined) return pageAnswer(404, notFoundPage(url.pathname));
    return await runMethod(world, uploads, { ...incoming, route });
  } catch (error) {
    if (!(error instanceof GoogleError)) throw error;
    const api = inSession ? 'drive' : route?.api.name;
    const { spec } = error;
    const wait = spec.retryAfterSeconds;
    const headers: Record<string, string> = wait === undefined ? {} : { 'retry-after': String(wait) };
    return jsonAnswer(spec.code, errorBody(spec, api), headers);
  }
}
