// A process that races for the epochs of one relay, by placing it and opening epochs in turn, while it moves and records the others.
import { once } from 'node:events';
import { connectCatalog, type CatalogOptions } from '../../../src/catalog/connect.ts';

const [, , optionsText = '', server = '', countText = ''] = process.argv;
const { relays, close } = await connectCatalog(JSON.parse(optionsText) as CatalogOptions);
process.stdout.write('ready\n');
await once(process.stdin, 'data');

const ids = (await relays.list()).map(({ cameraId }) => cameraId);
const mixed = (round: number): string[] => (round % 2 === 0 ? ids : ids.toReversed());
const epochs: number[] = [];
for (let round = 0; round < Number(countText); round++) {
  const { epoch } =
    round % 2 === 0
      ? await relays.openEpoch('shared')
      : await relays.place({ cameraId: 'shared', engine: 'ffmpeg', server, stopped: false });
  epochs.push(epoch);
  const cameras = mixed(round).map((cameraId) => ({
    cameraId,
    spec: { url: `rtsp://10.0.0.1/${cameraId}`, name: `${server}-${round}` },
  }));
  const report = {
    epoch,
    state: 'live',
    sinceAt: '2026-11-21T10:00:00Z',
    engine: 'pull',
    source: 'rtsp://10.0.0.1',
    restarts: round,
  } as const;
  await Promise.all([
    relays.sync({ cameras, gone: [] }),
    relays.record(mixed(round).map((cameraId) => ({ cameraId, report }))),
    relays.move({ from: server, to: () => 'shared-server' }),
  ]);
}
process.stdout.write(`${JSON.stringify(epochs)}\n`);
await close();
process.stdin.destroy();
