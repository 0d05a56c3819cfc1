// `longtake gate`: runs one gate until it is asked to stop.
import { isIP } from 'node:net';
import { Fault } from '../../domain/fault.ts';
import { acquireStackLock } from '../../embedded/stack-lock.ts';
import { readAccounts } from '../../gate/accounts.ts';
import { startGate, type Gate } from '../../gate/gate.ts';
import type { Flags, Invocation } from '../perform.ts';

export async function runGate({ terminal, flags, json, signal }: Invocation): Promise<void> {
  const { ip, port } = listenOf(String(flags['listen']));
  const apiUrl = apiOf(flags);
  const accounts = await readAccounts(String(flags['accounts']));
  const stateDir = String(flags['state']);
  const lock = await acquireStackLock({ dataDir: stateDir, name: 'gate' });
  let gate: Gate | undefined;
  try {
    gate = await startGate({
      ...{ ip, port, accounts, stateDir, apiUrl },
      pathPrefix: String(flags['pathPrefix']),
      readWithoutLogin: flags['readWithoutLogin'] === true,
      log: (line) => terminal.err(line),
    });
    const { authUrl } = gate;
    if (json) terminal.out(JSON.stringify({ ready: true, authUrl, pid: process.pid }));
    else terminal.out(`The gate answers at ${authUrl}; Ctrl-C stops it.`);
    await aborted(signal);
  } finally {
    await gate?.close();
    await lock.release();
  }
}

function listenOf(text: string): { ip: string; port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text) ?? [];
  const ip = bracketed ?? plain ?? '';
  const port = Number(digits);
  if (isIP(ip) === 0 || !(port <= 65_535))
    throw new Fault('InputInvalid', `--listen takes an address and a port, as 127.0.0.1:9995, not ${text}.`);
  return { ip, port };
}

function apiOf({ api }: Flags): string | undefined {
  if (api === undefined) return undefined;
  const url = typeof api === 'string' && URL.canParse(api) ? new URL(api) : undefined;
  // An address with a login in it would stand in every list of processes.
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.pathname !== '/')
    throw new Fault('InputInvalid', '--api takes http://HOST:PORT; the login is in the accounts file.');
  return url.origin;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
