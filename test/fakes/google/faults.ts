// What goes wrong and when: a script of one test, held against each request as it comes.
import type { NamedError } from './google-error.ts';

/** Which requests a step is about; all that is given must fit. */
export interface FaultMatch {
  method?: string;
  /** The whole path, or a pattern. */
  path?: string | RegExp;
  /** Google's name of the method, `drive.files.create`; also `drive.upload.start`, `.put`, `.status`, `.cancel`, `oauth.token`, `oauth.device`. */
  api?: string;
  /** Of a piece of an upload, `bytes 0-1048575/2500000`: two uploads side by side send in any order. */
  contentRange?: RegExp;
}

export type FaultAction =
  /** answers without doing anything */
  | { do: 'status'; status: number; body?: unknown; headers?: Record<string, string> }
  /** the same in Google's words */
  | { do: 'error'; name: NamedError; retryAfterSeconds?: number }
  /** breaks the line after so many bytes of the request's body; an upload keeps whole pieces of 256 KiB of them */
  | { do: 'cutAfterBytes'; bytes: number }
  /** an upload keeps at most so many bytes of this request, and says so */
  | { do: 'commitAtMost'; bytes: number }
  /** breaks the line before anything is done */
  | { do: 'drop' }
  /** does nothing and never answers */
  | { do: 'hang' }
  /** does what was asked, then breaks the line without an answer */
  | { do: 'applyThenDrop' }
  | { do: 'applyThenHang' }
  /** does what was asked, then says that it failed */
  | { do: 'applyThenStatus'; status: number }
  /** does what was asked, and breaks the line in the middle of the answer */
  | { do: 'cutAnswerAfterBytes'; bytes: number }
  /** answers so many milliseconds later */
  | { do: 'delay'; ms: number };

export type FaultStep = FaultAction & {
  on: FaultMatch;
  /** The first matching request that it strikes, counted from 1; 1 when absent. */
  nth?: number;
  /** How many from there on; 1 when absent, `Infinity` for all. */
  times?: number;
};

export interface Struck {
  method: string;
  path: string;
  api: string;
  headers?: { contentRange?: string };
}

const fits = ({ method, path, api, contentRange }: FaultMatch, request: Struck): boolean =>
  (contentRange === undefined || contentRange.test(request.headers?.contentRange ?? '')) &&
  (method === undefined || method === request.method) &&
  (api === undefined || api === request.api) &&
  (path === undefined || (typeof path === 'string' ? path === request.path : path.test(request.path)));

export class Faults {
  #steps: { step: FaultStep; seen: number; struck: number }[] = [];

  /** Adds to what is scripted already. */
  add(steps: readonly FaultStep[]): void {
    this.#steps.push(...steps.map((step) => ({ step, seen: 0, struck: 0 })));
  }

  clear(): void {
    this.#steps = [];
  }

  /** What this request must suffer; each step counts the requests that fit it. */
  next(request: Struck): FaultAction | undefined {
    let found: FaultAction | undefined;
    for (const entry of this.#steps) {
      if (!fits(entry.step.on, request)) continue;
      entry.seen += 1;
      const { nth = 1, times = 1 } = entry.step;
      if (found !== undefined || entry.seen < nth || entry.struck >= times) continue;
      entry.struck += 1;
      found = entry.step;
    }
    return found;
  }

  /** Steps that never struck: a test that scripts them should have met them. */
  unstruck(): FaultStep[] {
    return this.#steps.filter(({ struck }) => struck === 0).map(({ step }) => step);
  }
}
