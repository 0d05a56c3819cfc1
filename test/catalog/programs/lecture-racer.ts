// A process that adds one lecture, and reserves one folder and one publication, many times at once; prints what it got.
import { once } from 'node:events';
import { connectCatalog, type CatalogOptions } from '../../../src/catalog/connect.ts';
import type { NewLecture } from '../../../src/catalog/lecture-types.ts';

const [, , optionsText = '', owner = '', countText = '', lectureText = ''] = process.argv;
const catalog = await connectCatalog(JSON.parse(optionsText) as CatalogOptions);
const lecture = JSON.parse(lectureText) as NewLecture;
process.stdout.write('ready\n');
await once(process.stdin, 'data');

const each = <T>(work: (id: string) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: Number(countText) }, (_, index) => work(`${owner}-${index}`)));
const lectures = await each(async (id) => {
  const { row, joined } = await catalog.lectures.add({ ...lecture, id });
  return { id: row.id, joined };
});
const folders = await each((folderId) =>
  catalog.driveFolders.reserve({ parentId: 'parent', name: '2026-09-14', folderId }),
);
const publications = await each(async (externalId) => {
  const key = { lectureId: 'l', kind: 'drive', target: 'main' } as const;
  return (await catalog.publications.reserve({ ...key, externalId })).externalId;
});
process.stdout.write(`${JSON.stringify({ lectures, folders, publications })}\n`);
await catalog.close();
process.stdin.destroy();
