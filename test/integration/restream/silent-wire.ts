// A wire to a server that can fall silent, as when packets are dropped on the way: connections stand, and nobody hears anything.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface SilentWire extends AsyncDisposable {
  port: number;
  /** Nothing passes any more, no end of a connection either; new connections wait. */
  silence(): void;
  /** What was held back passes, as TCP sends again what was lost. */
  speak(): void;
}

export async function laySilentWire(to: { host: string; port: number }): Promise<SilentWire> {
  const ends = new Set<Socket>();
  /** What is to be done when the wire speaks again; undefined while it does. */
  let held: (() => void)[] | undefined;
  const whenHeard = (deed: () => void): void => void (held ? held.push(deed) : deed());
  const tie = (one: Socket, other: Socket): void => {
    ends.add(one);
    one
      .on('data', (chunk: Buffer) => void other.write(chunk))
      .on('end', () => whenHeard(() => other.end()))
      .on('error', () => undefined)
      .on('close', () => (ends.delete(one), whenHeard(() => other.destroy())));
  };
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
    near.on('error', () => undefined);
    whenHeard(() => {
      const far = connect({ ...to, allowHalfOpen: true });
      tie(near, far);
      tie(far, near);
      near.resume();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    silence() {
      held ??= [];
      for (const end of ends) end.pause();
    },
    speak() {
      const deeds = held ?? [];
      held = undefined;
      for (const deed of deeds) deed();
      for (const end of ends) end.resume();
    },
    async [Symbol.asyncDispose]() {
      held = undefined;
      for (const end of ends) end.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
