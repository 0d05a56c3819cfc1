// Somebody's webhook on a free loopback port: answers by script and keeps what it was sent.
import { once } from 'node:events';
import http, { type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface WebhookServer {
  /** `http://127.0.0.1:<port>` */
  url: string;
  received: Received[];
  /** One answer each, in turn; afterwards 200 `{"result":"success"}`. */
  script: ((answer: ServerResponse) => void)[];
  stop(): Promise<void>;
}

export const status =
  (code: number, { headers = {}, body = '' }: { headers?: Record<string, string>; body?: string } = {}) =>
  (answer: ServerResponse): void => {
    answer.writeHead(code, headers).end(body);
  };

export async function startWebhookServer(): Promise<WebhookServer> {
  const received: Received[] = [];
  const script: WebhookServer['script'] = [];
  const server = http.createServer((request, answer) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      received.push({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') });
      (script.shift() ?? status(200, { body: '{"result":"success","msg":"","id":42}' }))(answer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    script,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
