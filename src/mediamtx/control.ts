// The Control API of MediaMTX, as much of it as is needed: which paths there are, how they are doing, and putting ours up and down.
import { z } from 'zod';
import { redactText, type Credentials } from '../domain/url.ts';
import { percentDecode } from '../domain/percent.ts';
import { askApi, type ApiAsk } from './api-request.ts';
import { faultOfAnswer, readAnswer } from './answers.ts';
import type { TextDocument } from './http-source.ts';

export interface ControlSpec {
  /** `http://host:port` of the Control API. */
  baseUrl: string;
  credentials?: Credentials;
}

const trackSchema = z
  .object({
    /** MediaMTX's word, such as `H264`, `MPEG-4 Audio`. */
    codec: z.string(),
    codecProps: z
      .object({ width: z.number().optional(), height: z.number().optional() })
      .nullish()
      .catch(undefined),
  })
  .transform(({ codec, codecProps }) => ({
    codec,
    ...(codecProps?.width && codecProps.height
      ? { width: codecProps.width, height: codecProps.height }
      : undefined),
  }));

/** One stream of a path. */
export type PathTrack = z.output<typeof trackSchema> & { width?: number; height?: number };

const pathSchema = z
  .object({
    name: z.string(),
    available: z.boolean(),
    availableTime: z.string().nullable(),
    online: z.boolean(),
    inboundBytes: z.number(),
    inboundFramesInError: z.number(),
    readers: z.array(z.unknown()),
    tracks2: z.array(trackSchema).nullish(),
  })
  .transform(({ availableTime, readers, tracks2, ...path }) => ({
    ...path,
    /** Since when it delivers, ISO 8601; null: it does not. */
    availableAt: availableTime,
    readerCount: readers.length,
    tracks: (tracks2 ?? []) as PathTrack[],
  }));

/** State of one path; `available` is what readers can get, `online` is a source that delivers. */
export type PathState = z.output<typeof pathSchema>;

/** What a path of ours is made of. */
export interface PathConfig {
  /** Address that MediaMTX pulls, with credentials: secret. */
  source: string;
  record: boolean;
  /** SHA-256 of the certificate that an rtsps camera shows, hexadecimal: cameras sign their own. */
  certificateSha256?: string;
}

const configSchema = z.object({ name: z.string(), source: z.string(), record: z.boolean() });

const pageOf = <T extends z.ZodType>(item: T) => z.object({ pageCount: z.number(), items: z.array(item) });
/** More than one server carries: a path that comes or goes between two pages would hide another one from this look. */
const itemsPerPage = 10_000;

export interface Control {
  /** All paths, every page. */
  listPaths(signal: AbortSignal): Promise<PathState[]>;
  /** One path; undefined when the server has none of that name now. */
  getPath(ask: { name: string; signal: AbortSignal }): Promise<PathState | undefined>;
  /** The configured paths, every page. */
  listConfigs(signal: AbortSignal): Promise<(PathConfig & { name: string })[]>;
  /**
   * Puts a pulled path up, or gives the one of that name this source. One whose configuration is the same stays untouched.
   * @throws Fault InputInvalid when MediaMTX takes no such name or source
   */
  putPath(ask: { name: string; config: PathConfig; signal: AbortSignal }): Promise<void>;
  /** Takes a path down, its readers with it; false when there was none of that name. */
  deletePath(ask: { name: string; signal: AbortSignal }): Promise<boolean>;
}

/** Every method throws Fault SourceUnreachable when the server does not answer, AuthRejected when it refuses the account. */
export function createControl({ baseUrl, credentials }: ControlSpec): Control {
  const ask = (request: Omit<ApiAsk, 'baseUrl' | 'credentials'>): Promise<TextDocument> =>
    askApi({ baseUrl, credentials, ...request });

  async function listAll<T extends z.ZodType>(list: { path: string; item: T; signal: AbortSignal }) {
    const { path, item, signal } = list;
    const items: z.output<T>[] = [];
    for (let page = 0, pageCount = 1; page < pageCount; page += 1) {
      const document = await ask({
        method: 'GET',
        path: `${path}?page=${page}&itemsPerPage=${itemsPerPage}`,
        signal,
      });
      const answer = readAnswer(document, pageOf(item)) as { pageCount: number; items: z.output<T>[] };
      items.push(...answer.items);
      pageCount = answer.pageCount;
    }
    return items;
  }

  return {
    listPaths: (signal) => listAll({ path: 'paths/list', item: pathSchema, signal }),
    listConfigs: (signal) => listAll({ path: 'config/paths/list', item: configSchema, signal }),
    async getPath({ name, signal }) {
      const document = await ask({ method: 'GET', path: `paths/get/${nameInUrl(name)}`, signal });
      if (document.status === 404) return undefined;
      return readAnswer(document, pathSchema);
    },
    async putPath({ name, config, signal }) {
      const path = `config/paths/replace/${nameInUrl(name)}`;
      const document = await ask({ method: 'POST', path, body: bodyOf(config), signal });
      if (document.status !== 200) throw faultOfAnswer(withoutSource(document, config));
    },
    async deletePath({ name, signal }) {
      const path = `config/paths/delete/${nameInUrl(name)}`;
      const document = await ask({ method: 'DELETE', path, signal });
      if (document.status === 404) return false;
      if (document.status !== 200) throw faultOfAnswer(document);
      return true;
    },
  };
}

const nameInUrl = (name: string): string => name.split('/').map(encodeURIComponent).join('/');

/** A refusal repeats the address, or the part of it that it does not like. */
function withoutSource(document: TextDocument, { source }: PathConfig): TextDocument {
  const login = /^[^/]*\/\/([^/]*)@/.exec(source)?.[1] ?? '';
  const password = login.slice(login.indexOf(':') + 1);
  const decoded = percentDecode(password) ?? password;
  const secrets = [source, password, decoded];
  return { ...document, text: redactText({ text: document.text, secrets }) };
}

const bodyOf = ({ source, record, certificateSha256 }: PathConfig): object => ({
  source,
  ...(/^rtsps?:/i.test(source) ? { rtspTransport: 'tcp' } : {}),
  record,
  ...(certificateSha256 ? { sourceFingerprint: certificateSha256 } : {}),
});
