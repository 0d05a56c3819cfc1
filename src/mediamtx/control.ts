// The Control API of MediaMTX, as much of it as is needed: which paths there are and how they are doing.
import { z } from 'zod';
import type { Credentials } from '../domain/url.ts';
import { faultOfAnswer, readAnswer } from './answers.ts';
import type { HttpSource } from './http-source.ts';

export interface ControlSpec {
  /** `http://host:port` of the Control API. */
  baseUrl: string;
  credentials?: Credentials;
  downloader: Pick<HttpSource, 'fetchText'>;
}

const pathSchema = z
  .object({
    name: z.string(),
    available: z.boolean(),
    availableTime: z.string().nullable(),
    online: z.boolean(),
    inboundBytes: z.number(),
    inboundFramesInError: z.number(),
    readers: z.array(z.unknown()),
  })
  .transform(({ availableTime, readers, ...path }) => ({
    ...path,
    /** Since when it delivers, ISO 8601; null: it does not. */
    availableAt: availableTime,
    readerCount: readers.length,
  }));

/** State of one path; `available` is what readers can get, `online` is a source that delivers. */
export type PathState = z.output<typeof pathSchema>;

const pageSchema = z.object({ pageCount: z.number(), items: z.array(pathSchema) });
const itemsPerPage = 500;

export interface Control {
  /** All paths, every page. */
  listPaths(signal: AbortSignal): Promise<PathState[]>;
  /** One path; undefined when the server has none of that name now. */
  getPath(ask: { name: string; signal: AbortSignal }): Promise<PathState | undefined>;
}

export function createControl({ baseUrl, credentials, downloader }: ControlSpec): Control {
  const fetchText = (path: string, signal: AbortSignal) =>
    downloader.fetchText({ url: `${baseUrl.replace(/\/*$/, '')}/v3/${path}`, credentials, signal });

  async function listPaths(signal: AbortSignal): Promise<PathState[]> {
    const paths: PathState[] = [];
    for (let page = 0, pageCount = 1; page < pageCount; page += 1) {
      const document = await fetchText(`paths/list?page=${page}&itemsPerPage=${itemsPerPage}`, signal);
      const answer = readAnswer(document, pageSchema);
      paths.push(...answer.items);
      pageCount = answer.pageCount;
    }
    return paths;
  }

  async function getPath({ name, signal }: { name: string; signal: AbortSignal }) {
    const document = await fetchText(
      `paths/get/${name.split('/').map(encodeURIComponent).join('/')}`,
      signal,
    );
    if (document.status === 404) return undefined;
    if (document.status !== 200) throw faultOfAnswer(document);
    return readAnswer(document, pathSchema);
  }

  return { listPaths, getPath };
}
