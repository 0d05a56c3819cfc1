// What is known of relays as documents that fit their schemas.
import { describe, expect, it } from 'vitest';
import { relayDocumentOf, restreamDocumentOf } from '../../src/client/restream-documents.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { RelayRow } from '../../src/catalog/relay-types.ts';
import { relayDocument, restreamDocument } from '../../src/contract/restream.ts';
import { relayReport } from '../catalog/relay-rows.ts';

const row = (cameraId: string, more: Partial<RelayRow> = {}): RelayRow => ({
  ...{ cameraId, spec: { url: 'rtsp://10.0.0.1/x' }, hasCredentials: true, revision: 1 },
  ...{ wanted: true, stopped: false, engine: 'pull', server: 'one', epoch: 3, refusedAtMs: [] },
  ...more,
});
const full = relayReport(3, {
  ...{ viewUrl: 'rtsp://h/cam/x', bitsPerSecond: 2_000_000, upSinceAt: '2026-11-21T10:00:00Z', restarts: 4 },
  ...{ video: { codec: 'h264', width: 1280, height: 720 }, audio: { codec: 'aac' }, reason: 'It broke off.' },
});

describe('a relay', () => {
  it.each<[string, Partial<RelayRow>, object]>([
    [
      'that is live has all figures',
      { report: full },
      {
        ...{
          state: 'live',
          since: full.sinceAt,
          upSince: full.upSinceAt,
          restarts: 4,
          bitsPerSecond: 2_000_000,
        },
        ...{ video: 'h264 1280x720', audio: 'aac', viewUrl: 'rtsp://h/cam/x', reason: 'It broke off.' },
      },
    ],
    ['whose size is not known', { report: { ...full, video: { codec: 'hevc' } } }, { video: 'hevc' }],
    ['that nobody has reported on', {}, { state: 'connecting', restarts: 0 }],
    ['that was placed anew', { report: { ...full, epoch: 2 } }, { state: 'connecting', restarts: 4 }],
    ['that the operator has stopped', { stopped: true, report: full }, { state: 'stopped' }],
  ])('%s', (_, more, expected) => {
    const document = relayDocument.parse(relayDocumentOf(row('x', more)));
    expect(document).toMatchObject({ camera: 'x', engine: 'pull', server: 'one', ...expected });
  });

  it('of an earlier epoch lends none of its figures', () => {
    const document = relayDocumentOf(row('x', { report: { ...full, epoch: 2 } }));
    for (const figure of ['since', 'upSince', 'bitsPerSecond', 'video', 'audio', 'viewUrl'])
      expect(document).not.toHaveProperty(figure);
  });

  it('shows no login, even where an address should hold none', () => {
    const document = relayDocumentOf(
      row('x', { spec: { url: 'rtsp://admin:canary-5@10.0.0.1/x?password=canary-6' } }),
    );
    expect(JSON.stringify(document)).not.toContain('canary');
  });
});

it('all relays together are counted by state, and servers by relays', async () => {
  const rows = [row('a', { report: full }), row('b', { stopped: true }), row('c', { server: 'two' })];
  const server = (name: string) => ({
    ...{ name, state: 'up', sinceMs: 0 },
    spec: { apiUrl: 'http://h:1', rtspUrl: 'rtsp://h:2', weight: 1, returns: 'word' },
  });
  const catalog = {
    relays: { list: () => Promise.resolve(rows), isPaused: () => Promise.resolve(true) },
    relayServers: { list: () => Promise.resolve([server('one'), server('two')]) },
  } as unknown as Catalog;
  const document = restreamDocument.parse(await restreamDocumentOf(catalog, 'Look.'));
  expect(document).toMatchObject({
    ...{ paused: true, attention: 'Look.' },
    counts: { connecting: 1, live: 1, waiting: 0, refused: 0, stalled: 0, stopped: 1 },
    servers: [
      { name: 'one', relays: 2, viewUrl: 'rtsp://h:2', since: '1970-01-01T00:00:00Z' },
      { name: 'two', relays: 1 },
    ],
  });
  expect(await restreamDocumentOf(catalog)).not.toHaveProperty('attention');
});
