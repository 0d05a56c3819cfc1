// The health endpoint of `restream run`: GET /healthz says whether everything that relays need answers now, GET /livez only that the process does.
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Fault } from '../../domain/fault.ts';
import { healthReport, type HealthFinding } from '../../domain/health.ts';

export interface Health {
  /** `http://ip:port/healthz` */
  url: string;
  /** From now on these are told. */
  follow(findings: () => HealthFinding[]): void;
  stop(): Promise<void>;
}

/** @throws Fault InputInvalid */
export function healthAddress(value: unknown): { ip: string; port: number } {
  const [, ip = '', port = ''] =
    /^(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\]):(\d{1,5})$/i.exec(String(value)) ?? [];
  if (ip === '' || Number(port) > 65_535)
    throw new Fault(
      'InputInvalid',
      `--health takes ip:port such as 127.0.0.1:9180, not ${JSON.stringify(value)}.`,
    );
  return { ip: ip.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/** Before it follows anything. */
const starting: HealthFinding = { name: 'worker', ok: false, reason: 'It is being started.' };

/** Listens at once, answering 503 until there is something to follow. @throws Fault ConfigInvalid when the port is taken */
export async function serveHealth({ ip, port }: { ip: string; port: number }): Promise<Health> {
  let findings = (): HealthFinding[] => [starting];
  const answers: Readonly<Record<string, () => { isWell: boolean; body: object }>> = {
    '/livez': () => ({ isWell: true, body: { alive: true } }),
    '/healthz': () => {
      const report = healthReport(findings());
      return { isWell: report.ready, body: report };
    },
  };
  const server = createServer(({ method, url = '' }, response) => {
    const answer = method === 'GET' && Object.hasOwn(answers, url) ? answers[url]!() : undefined;
    response.writeHead(answer ? (answer.isWell ? 200 : 503) : 404, { 'content-type': 'application/json' });
    response.end(answer && `${JSON.stringify(answer.body)}\n`);
  });
  try {
    server.listen({ host: ip, port });
    await once(server, 'listening');
  } catch (error) {
    throw new Fault(
      'ConfigInvalid',
      `The health endpoint cannot listen at ${ip}:${port}: ${(error as Error).message}.`,
    );
  }
  return {
    url: `http://${ip.includes(':') ? `[${ip}]` : ip}:${(server.address() as AddressInfo).port}/healthz`,
    follow: (next) => void (findings = next),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
