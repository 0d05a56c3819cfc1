// The gate: the HTTP server that a MediaMTX asks before it lets anybody in, and that keeps older owners of a relay out.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Fault } from '../domain/fault.ts';
import { relayPathPrefix } from '../domain/relay-path.ts';
import type { GateAccounts } from './accounts.ts';
import { endSession } from './end-session.ts';
import { openLedger, type Ledger } from './ledger.ts';
import { gateQuestion, type GateQuestion } from './question.ts';
import { readBody } from './read-body.ts';
import { createRefusalLog, type RefusalLog } from './refusal-log.ts';
import { createRules, type Answer } from './rules.ts';

export interface GateSpec {
  ip: string;
  /** 0: a free one. */
  port: number;
  accounts: GateAccounts;
  /** Directory of the journal, for this gate alone; made when absent. */
  stateDir: string;
  /** Relays publish to paths that begin so; `relayPathPrefix` when absent. */
  pathPrefix?: string | undefined;
  /** Live streams may be read without a login; false when absent. */
  readWithoutLogin?: boolean | undefined;
  /** `http://host:port` of the server's Control API, to end sessions of older publishers; they are left alone when absent. */
  apiUrl?: string | undefined;
  /** Told each line of the log, without a line break. */
  log: (line: string) => void;
}

export interface Gate {
  /** `http://ip:port`. */
  url: string;
  /** What MediaMTX asks: `authHTTPAddress`. */
  authUrl: string;
  /** Lets programs of this machine publish to paths that begin so without a login, until the gate closes. */
  openToGuests(prefix: string): void;
  /** Answers nobody any more; what was promised is on the disk. Safe to call twice. */
  close(): Promise<void>;
}

const maxBodyBytes = 16 * 1024;
const authPath = '/auth';

/** Starts it; it answers when this resolves. @throws Fault ConfigInvalid when it cannot listen, StorageFault for the journal */
export async function startGate(spec: GateSpec): Promise<Gate> {
  const ledger = await openLedger(spec.stateDir);
  const log = createRefusalLog(spec.log);
  const guestPrefixes = new Set<string>();
  const rules = createRules({
    accounts: spec.accounts,
    ledger,
    guestPrefixes,
    pathPrefix: spec.pathPrefix ?? relayPathPrefix,
    readWithoutLogin: spec.readWithoutLogin ?? false,
    onSuperseded: (sessions) => void endAll({ ...spec, sessions, log }),
  });
  const server = createServer(
    // A question is smaller than a packet: whoever needs seconds for it means harm.
    { maxHeaderSize: 8192, headersTimeout: 5000, requestTimeout: 5000, connectionsCheckingInterval: 1000 },
    (request, response) => void handle({ request, response, ledger, rules, log }),
  );
  server.maxConnections = 1024;
  try {
    await listen(server, spec);
  } catch (error) {
    await ledger.close();
    throw error;
  }
  const host = spec.ip.includes(':') ? `[${spec.ip}]` : spec.ip;
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    log.flush();
    await ledger.close();
  };
  let closing: Promise<void> | undefined;
  return {
    url,
    authUrl: `${url}${authPath}`,
    openToGuests: (prefix) => void guestPrefixes.add(prefix),
    close: () => (closing ??= close()),
  };
}

function listen(server: Server, { ip, port }: Pick<GateSpec, 'ip' | 'port'>): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new Fault('ConfigInvalid', `The gate cannot listen on ${ip}:${port} (${error.code}).`)),
    );
    server.listen({ host: ip, port, exclusive: true }, resolve);
  });
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  ledger: Ledger;
  rules: (question: GateQuestion) => Answer | Promise<Answer>;
  log: RefusalLog;
}

async function handle({ request, response, ledger, rules, log }: Exchange): Promise<void> {
  const end = (status: number, headers: Record<string, string> = {}): void =>
    void response.writeHead(status, headers).end();
  // What stays unread of a refused body must not be taken for the next request.
  const drop = (status: number): void => end(status, { connection: 'close' });
  const { method, url } = request;
  if (url === '/healthz' && method === 'GET') return end(ledger.isHealthy() ? 200 : 503);
  if (url !== authPath && url !== '/healthz') return drop(404);
  if (url !== authPath || method !== 'POST') return drop(405);
  try {
    const body = await readBody(request, maxBodyBytes);
    if (body === undefined) return drop(413);
    const question = gateQuestion.safeParse(jsonOf(body));
    if (!question.success) return drop(400);
    const answer = await rules(question.data);
    if (!answer.allowed && !answer.isOrdinary) log.refusal({ ...question.data, reason: answer.reason });
    end(answer.allowed ? 200 : 401);
  } catch (error) {
    // A client that went away mid-question hears nothing; everything else is the disk's.
    if (request.destroyed && !request.complete) return;
    log.warn(error instanceof Fault ? error.message : 'the gate could not answer a question');
    end(503);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function endAll({
  apiUrl,
  accounts,
  sessions,
  log,
}: Pick<GateSpec, 'apiUrl' | 'accounts'> & {
  sessions: readonly string[];
  log: RefusalLog;
}): Promise<void> {
  if (apiUrl === undefined) return;
  for (const session of sessions)
    if (!(await endSession({ apiUrl, account: accounts.api, session })))
      log.warn(`the older session ${session} could not be ended through ${apiUrl}`);
}
