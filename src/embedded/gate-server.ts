// The gate of an embedded MediaMTX, in this process: its accounts, its state and its log lie in the data directory.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gateAccounts, type GateAccounts } from '../gate/accounts.ts';
import { startGate, type Gate } from '../gate/gate.ts';
import { Fault } from '../domain/fault.ts';
import { openLog } from './log-file.ts';
import { writePrivate } from './private-file.ts';

export interface GateServerSpec {
  ip: string;
  port: number;
  /** Accounts and state lie in `<dataDir>/mediamtx`, readable by the owner alone. */
  dataDir: string;
  /** `http://host:port` of MediaMTX's Control API. */
  apiUrl: string;
  logFile: string;
  /** Of relays; `relayPathPrefix` when absent. */
  pathPrefix?: string;
}

export interface GateServer extends Gate {
  /** Secret; the same as long as the data directory lives. */
  accounts: GateAccounts;
}

/** Hexadecimal: no character of it needs escaping in a URL, in YAML or in Basic authentication. */
const newPassword = (): string => randomBytes(24).toString('hex');

/** Starts it; it answers when this resolves. @throws Fault ConfigInvalid, StorageFault */
export async function startGateServer(spec: GateServerSpec): Promise<GateServer> {
  const { ip, port, dataDir, apiUrl, logFile } = spec;
  const dir = join(dataDir, 'mediamtx');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const accounts = await readOrMakeAccounts(join(dir, 'users.json'));
  const log = await openLog(logFile);
  try {
    const stateDir = join(dir, 'gate');
    const gate = await startGate({
      ...{ ip, port, accounts, stateDir, apiUrl, pathPrefix: spec.pathPrefix },
      log: (line) => void log.write(`${line}\n`),
    });
    const close = async (): Promise<void> => {
      await gate.close();
      log.end();
    };
    return { ...gate, accounts, close };
  } catch (error) {
    log.end();
    throw error;
  }
}

/** A file of an earlier version has no key for tokens yet, and gets one. */
async function readOrMakeAccounts(path: string): Promise<GateAccounts> {
  const stored = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const known = stored === undefined ? {} : (parsed(path, stored) as Partial<GateAccounts>);
  const accounts: GateAccounts = {
    publisher: { user: 'publisher', password: newPassword() },
    reader: { user: 'reader', password: newPassword() },
    api: { user: 'api', password: newPassword() },
    gateKey: randomBytes(32).toString('hex'),
    ...known,
  };
  const checked = gateAccounts.safeParse(accounts);
  if (!checked.success) throw unusable(path);
  if (Object.keys(known).length < Object.keys(accounts).length) await writePrivate(path, accounts);
  return checked.data;
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unusable(path);
  }
}

const unusable = (path: string): Fault =>
  new Fault(
    'ConfigInvalid',
    `${path} holds no accounts of MediaMTX; move it away and new ones are made (in ${dirname(path)}).`,
  );
