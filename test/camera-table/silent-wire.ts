// A wire to a server that can fall silent: connections stay open, and nothing passes any more. New ones work.
import { connect, createServer, type Socket } from 'node:net';

export interface SilentWire extends AsyncDisposable {
  port: number;
  /** Every connection made so far carries nothing from now on. */
  silence(): void;
}

export async function silenceable(target: { host: string; port: number }): Promise<SilentWire> {
  const sockets = new Set<Socket>();
  const pairs: [Socket, Socket][] = [];
  const wire = createServer((near) => {
    const far = connect(target.port, target.host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => (near.destroy(), far.destroy()));
    }
    near.pipe(far);
    far.pipe(near);
    pairs.push([near, far]);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => wire.once('listening', resolve));
  return {
    port: (wire.address() as { port: number }).port,
    silence: () => {
      for (const [near, far] of pairs) {
        near.unpipe(far).resume();
        far.unpipe(near).resume();
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => wire.close(resolve));
    },
  };
}
