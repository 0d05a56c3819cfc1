// What of the configuration is shown to people: the reference, and the values in force without secrets.
import { expect, test } from 'vitest';
import { configKeys } from '../../src/config/keys.ts';
import { loadConfigWithSources } from '../../src/config/load.ts';
import { nearestName } from '../../src/config/nearest-name.ts';
import { configDocumentOf, redactConfig, redactDatabaseUrl } from '../../src/config/redact.ts';
import { configReference } from '../../src/config/reference.ts';
import { configDocument } from '../../src/contract/config-document.ts';

test('every key has a description, a type and a variable of its own', () => {
  const rows = configReference();
  expect(rows.length).toBeGreaterThan(30);
  for (const row of rows) expect(row.description, row.key).toMatch(/\.$/);
  const variables = rows.flatMap((row) => row.variables);
  expect(new Set(variables).size).toBe(variables.length);
});

test('the reference names variables, choices, ranges of defaults and secrets’ files', () => {
  const rows = new Map(configReference().map((row) => [row.key, row]));
  expect(rows.get('dataDir')?.variables).toEqual(['LONGTAKE_DATA', 'LONGTAKE_DATA_DIR']);
  expect(rows.get('catalog.url')?.variables).toEqual(['LONGTAKE_CATALOG_URL', 'LONGTAKE_CATALOG_URL_FILE']);
  expect(rows.get('storage')).toMatchObject({ type: 'local | shared', default: 'local' });
  expect(rows.get('download.segmentsInFlight')).toMatchObject({
    variables: ['LONGTAKE_DOWNLOAD_SEGMENTS_IN_FLIGHT'],
    type: 'number',
    default: '4',
  });
  expect(rows.get('media.slots')?.default).toContain('half');
});

test('the document lists every key with its source, and no password', () => {
  const env = {
    HOME: '/nowhere',
    LONGTAKE_CATALOG_URL: 'postgres://longtake:CANARY@db:5432/catalog',
    LONGTAKE_LOG: 'warn',
  };
  const loaded = loadConfigWithSources({ env, cwd: '/nowhere' });
  const document = configDocument.parse(configDocumentOf(loaded));
  expect(document.values.map(({ key }) => key)).toEqual(configKeys().map(({ name }) => name));
  const shown = new Map(document.values.map((row) => [row.key, row]));
  expect(shown.get('log.level')).toEqual({ key: 'log.level', value: 'warn', source: 'environment' });
  expect(shown.get('catalog.kind')).toMatchObject({ value: 'postgres' });
  expect(shown.get('catalog.file')).toMatchObject({ value: null });
  expect(shown.get('temporal.address')).toMatchObject({ value: null, source: 'default' });
  expect(JSON.stringify([document, redactConfig(loaded.config)])).not.toContain('CANARY');
});

test.each([
  ['postgres://u:secret@h:5432/d', 'postgres://u:***@h:5432/d'],
  ['postgres://u@h/d?sslmode=require', 'postgres://u@h/d?sslmode=require'],
  ['postgres://h/d?user=u&password=secret', 'postgres://h/d?user=u&password=***'],
  ['not a url with secret', '***'],
])('the address %s is shown as %s', (url, shown) => {
  expect(redactDatabaseUrl(url)).toBe(shown);
});

test.each([
  ['downlod', ['download', 'plan'], 'download'],
  ['WINDOWSIZE', ['plan', 'windowSize'], 'windowSize'],
  ['port', ['host', 'log'], undefined],
  ['something else', ['host', 'log'], undefined],
])('the name nearest to %s is found, or none', (name, names, nearest) => {
  expect(nearestName(name, names)).toBe(nearest);
});
