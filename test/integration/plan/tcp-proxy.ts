// A TCP proxy that is slow, counts what goes to the server, and breaks off when told: a bad line between two real programs.
import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

export interface TcpProxy {
  port: number;
  /** Bytes sent towards the server, one entry a connection. */
  sentBytes: number[];
  /** Breaks every connection. */
  cut(): void;
  close(): Promise<void>;
}

interface ProxySpec {
  toPort: number;
  /** Listens here; a free one when absent. */
  port?: number;
  /** Towards the server; as fast as it goes when absent. */
  bytesPerSecond?: number;
}

export async function startTcpProxy({ toPort, port = 0, bytesPerSecond }: ProxySpec): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const sentBytes: number[] = [];
  const server: Server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: toPort });
    const index = sentBytes.push(0) - 1;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => (sockets.delete(socket), client.destroy(), upstream.destroy()));
    }
    upstream.pipe(client);
    client.on('data', (chunk: Buffer) => {
      sentBytes[index]! += chunk.length;
      upstream.write(chunk);
      if (bytesPerSecond === undefined) return;
      client.pause();
      setTimeout(() => client.resume(), (chunk.length / bytesPerSecond) * 1000);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    sentBytes,
    cut,
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
