// Camera lists from files: every way people write them, and every mistake named at once.
import { expect, test } from 'vitest';
import { parseCameraImport } from '../../src/client/camera-import.ts';
import { cameraColumns, importProblem } from '../../src/contract/camera.ts';

const header = cameraColumns.join(',');
const csv = (...lines: string[]) => parseCameraImport({ format: 'csv', text: `${lines.join('\n')}\n` });
const json = (document: unknown) => parseCameraImport({ format: 'json', text: JSON.stringify(document) });
const brief = ({ errors }: ReturnType<typeof csv>) =>
  errors.map(({ line, field, message }) => `${line} ${field}: ${message}`);

test('a whole row is read into its types, with credentials apart', () => {
  const parsed = csv(
    header,
    'cam-1,Gate,77,1234,Europe/Moscow,rtsp://admin:p%40ss@10.0.0.1/s,http,https://bot:key@h/{externalId}/{startUnix}.flv,a1,gate; north,no',
  );
  expect(parsed.errors).toEqual([]);
  expect(parsed.rows).toEqual([
    {
      id: 'cam-1',
      name: 'Gate',
      region: '77',
      station: '1234',
      timeZone: 'Europe/Moscow',
      liveUrl: 'rtsp://10.0.0.1/s',
      archiveKind: 'http',
      archiveUrl: 'https://h/{externalId}/{startUnix}.flv',
      externalId: 'a1',
      tags: ['gate', 'north'],
      enabled: false,
    },
  ]);
  expect(parsed.credentials).toEqual([
    { cameraId: 'cam-1', field: 'live', user: 'admin', password: 'p@ss' },
    { cameraId: 'cam-1', field: 'archive', user: 'bot', password: 'key' },
  ]);
});

test.each([
  ['semicolons', 'id;live_url;tags\ncam-1;rtsp://h/1;"a;b"'],
  ['tabs', 'id\tlive_url\ttags\ncam-1\trtsp://h/1\ta;b'],
  ['a byte order mark and Windows line ends', '\uFEFFid,live_url,tags\r\ncam-1,rtsp://h/1,a;b\r\n'],
  ['columns in another order and case', 'Tags,ID,Live URL\na;b,cam-1,rtsp://h/1'],
  ['empty lines and spaces around values', '\nid, live_url ,tags\n\n cam-1 , rtsp://h/1 , a;b \n\n,,\n'],
])('a file with %s is read', (_, text) => {
  const { rows, errors } = parseCameraImport({ format: 'csv', text });
  expect(errors).toEqual([]);
  expect(rows).toMatchObject([{ id: 'cam-1', liveUrl: 'rtsp://h/1', tags: ['a', 'b'], enabled: true }]);
});

test('every problem of the file is named at once, with the line where its row begins', () => {
  const parsed = csv(
    'id,name,time_zone,live_url,archive_kind,archive_url,enabled',
    'cam-1,One,Europe/Moscow,rtsp://h/1,,,',
    '',
    '"cam-2","two',
    'lines",Mars/Olympus,ftp://h/2,,,perhaps',
    'cam-1,again,,rtsp://h/1,,,',
    '../x,,,rtsp://h/3,http,http://h/{foo},',
    'cam-4,,,,mediamtx,rtsp://h/4,',
    'cam-5,,,,http,,',
    'cam-6,,',
    ',,,rtsp://h/7,,,',
  );
  expect(brief(parsed)).toEqual([
    expect.stringMatching(/^4 name: no control/),
    expect.stringMatching(/^4 enabled: true or false/),
    expect.stringMatching(/^4 time_zone: "Mars\/Olympus"/),
    expect.stringMatching(/^4 live_url: .*scheme is not one of rtsp/),
    '6 id: "cam-1" stands on line 2 already',
    expect.stringMatching(/^7 id: letters, digits/),
    expect.stringMatching(/^7 archive_url: .*\{foo\}/),
    expect.stringMatching(/^8 archive_url: .*scheme is not one of http, https/),
    '9 archive_url: is needed beside an archive kind',
    '10 : has 3 values, the header names 7',
    '11 id: is needed',
  ]);
  for (const error of parsed.errors) importProblem.parse(error);
});

test.each([
  ['an empty file', '', /^1 : the file is empty/],
  ['a header without id', 'name,live_url\nx,rtsp://h/1', /^1 id: this column is missing/],
  ['an unknown column', 'id,live_url,pasword\na,rtsp://h/1,x', /^1 pasword: is no column; known are id,/],
  ['a column given twice', 'id,live_url,liveUrl\na,rtsp://h/1,rtsp://h/2', /^1 liveUrl: is given twice/],
  ['a quotation mark that stays open', 'id,live_url\n"a,rtsp://h/1\nb,rtsp://h/2', /^\d+ : .*quotation mark/],
  ['a stray quotation mark', 'id,live_url\na,rtsp://h/"1\n', /^2 : .*quotation mark/],
])('%s is refused', (_, text, problem) => {
  expect(brief(parseCameraImport({ format: 'csv', text }))).toContainEqual(expect.stringMatching(problem));
});

test('JSON takes both ways of naming columns, and what `camera list --json` printed', () => {
  const parsed = json([
    { id: 'a', time_zone: '+03:00', live_url: 'rtsp://u:p@h/1', tags: 'x;y', enabled: 'no' },
    { id: 'b', timeZone: 'UTC', liveUrl: 'rtsp://h/2', tags: ['z'], enabled: true, name: null },
    { id: 'c', liveUrl: 'rtsp://h/3', hasCredentials: true, revision: 4, updatedAt: '2026-09-13T08:00:00Z' },
  ]);
  expect(parsed.errors).toEqual([]);
  expect(parsed.rows.map(({ id, tags, enabled }) => [id, tags, enabled])).toEqual([
    ['a', ['x', 'y'], false],
    ['b', ['z'], true],
    ['c', [], true],
  ]);
  expect(parsed.credentials).toEqual([{ cameraId: 'a', field: 'live', user: 'u', password: 'p' }]);
});

test('problems of JSON are named by element', () => {
  const parsed = json([
    { id: 'a', live_url: 'rtsp://h/1' },
    'b',
    { id: 'a', live_url: 'rtsp://h/1', liveUrl: 'rtsp://h/2', colour: 'red' },
    { id: 7, live_url: ['rtsp://h/1'], tags: [1] },
  ]);
  expect(brief(parsed)).toEqual([
    '2 : is no object',
    '3 liveUrl: is given twice',
    expect.stringMatching(/^3 colour: is no column/),
    '3 id: "a" stands on line 1 already',
    expect.stringMatching(/^4 id: /),
    expect.stringMatching(/^4 live_url: /),
    expect.stringMatching(/^4 tags: /),
  ]);
  expect(json({ cameras: [] }).errors).toMatchObject([{ message: 'the file must hold an array of cameras' }]);
});

test('no message holds a password, wherever the mistake is', () => {
  const secret = 'CANARY7f3a';
  const texts = [
    `id,live_url\na,ftp://u:${secret}@h/1`,
    `id,live_url\na,rtsp://u:${secret}/x@h/1`,
    `id,live_url\na,rtsp://u:${secret}@h:99999/1`,
    `id,live_url\n../a,rtsp://u:${secret}@h/1`,
    `id,live_url\na,rtsp://u:${secret}@h/"1`,
    `id,live_url\n"a,rtsp://u:${secret}@h/1`,
    `id,live_url\na,rtsp://u:${secret}%zz@h/1`,
    `id,archive_kind,archive_url\na,http,http://u:${secret}@h/{nope}`,
  ];
  for (const text of texts) {
    const { rows, errors } = parseCameraImport({ format: 'csv', text });
    expect(errors.length, text).toBeGreaterThan(0);
    expect(JSON.stringify([rows, errors])).not.toContain(secret);
  }
  const broken = parseCameraImport({ format: 'json', text: `[{"live_url": "rtsp://u:${secret}@h/1" "x"]` });
  expect(broken.errors).toHaveLength(1);
  expect(JSON.stringify(broken)).not.toContain(secret);
});

test('fifty thousand rows are read whole, and a mistake on the last one is found', () => {
  const rows = Array.from(
    { length: 50_000 },
    (_, index) => `cam-${index},77,rtsp://u:p${index}@10.0.0.1/${index}`,
  );
  const parsed = csv('id,region,live_url', ...rows, 'cam-7,77,rtsp://h/x');
  expect(parsed.rows).toHaveLength(50_001);
  expect(parsed.credentials).toHaveLength(50_000);
  expect(brief(parsed)).toEqual(['50002 id: "cam-7" stands on line 9 already']);
});
