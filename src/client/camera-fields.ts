// From the fields of one camera as people write them to a row and its credentials, or to everything that is wrong with them.
import type { CameraCredential, CredentialField } from '../catalog/credentials.ts';
import { archiveSchemes, brokenRules, cameraRow, liveSchemes, type CameraRow } from '../contract/camera.ts';
import { isTimeZone } from '../domain/calendar.ts';
import { isFault } from '../domain/fault.ts';
import { expandTemplate, parseSourceUrl, stripCredentials, type SourceScheme } from '../domain/url.ts';

export interface FieldProblem {
  /** Name as in contract/camera.ts, for example `archiveUrl`. */
  field: string;
  message: string;
}

/** `problems` holds the first of each field. */
export type ReadCamera =
  | { row: CameraRow; credentials: CameraCredential[]; problems: [] }
  | { row?: undefined; credentials: []; problems: FieldProblem[] };

/** Takes credentials out of the URLs and checks every field and the rules between them. No message holds a password. */
export function readCameraFields(fields: Readonly<Record<string, unknown>>): ReadCamera {
  const problems: FieldProblem[] = [];
  const live = takeCredentials({ fields, field: 'liveUrl', problems });
  const archive = takeCredentials({ fields, field: 'archiveUrl', problems });
  const bare = { ...fields, ...live.field, ...archive.field };
  const parsed = cameraRow.safeParse(bare);
  const note = (found: readonly FieldProblem[]) => {
    for (const problem of found) {
      if (!problems.some(({ field }) => field === problem.field)) problems.push(problem);
    }
  };
  if (!parsed.success) {
    note(parsed.error.issues.flatMap((issue) => issueProblems(issue, bare)));
    note(brokenRules(bare));
  }
  // The rest is judged even where other fields are wrong, so that one look at the answer is enough.
  const row: Partial<CameraRow> = parsed.success ? parsed.data : (bare as Partial<CameraRow>);
  note([...zoneProblem(row), ...urlProblems(row)]);
  if (!parsed.success || problems.length > 0) return { credentials: [], problems };
  const { id } = parsed.data;
  const credentials = [...live.credentials(id, 'live'), ...archive.credentials(id, 'archive')];
  return { row: parsed.data, credentials, problems: [] };
}

function takeCredentials({
  fields,
  field,
  problems,
}: {
  fields: Readonly<Record<string, unknown>>;
  field: 'liveUrl' | 'archiveUrl';
  problems: FieldProblem[];
}) {
  const none = { field: {}, credentials: (): CameraCredential[] => [] };
  const text = fields[field];
  if (typeof text !== 'string') return none;
  try {
    const { url, credentials } = stripCredentials(text.trim());
    return {
      field: { [field]: url },
      credentials: (cameraId: string, of: CredentialField): CameraCredential[] =>
        credentials ? [{ cameraId, field: of, ...credentials }] : [],
    };
  } catch (error) {
    if (!isFault(error)) throw error;
    problems.push({ field, message: error.message });
    return none;
  }
}

/** Zones repeat over thousands of rows, and asking costs far more than remembering. */
const knownZones = new Map<string, boolean>();

function zoneProblem({ timeZone }: Partial<CameraRow>): FieldProblem[] {
  if (typeof timeZone !== 'string') return [];
  let known = knownZones.get(timeZone);
  if (known === undefined) knownZones.set(timeZone, (known = isTimeZone(timeZone)));
  if (known) return [];
  const message = `${JSON.stringify(timeZone)} is no IANA zone and no fixed offset such as +03:00`;
  return [{ field: 'timeZone', message }];
}

function urlProblems({ liveUrl, archiveUrl, archiveKind }: Partial<CameraRow>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const check = (field: string, text: string, schemes: readonly SourceScheme[]) => {
    try {
      parseSourceUrl(text, schemes);
    } catch (error) {
      if (!isFault(error)) throw error;
      problems.push({ field, message: error.message });
    }
  };
  if (typeof liveUrl === 'string') check('liveUrl', liveUrl, liveSchemes);
  if (typeof archiveUrl !== 'string' || !archiveKind || !Object.hasOwn(archiveSchemes, archiveKind))
    return problems;
  try {
    check('archiveUrl', expandTemplate(archiveUrl, sampleValues), archiveSchemes[archiveKind]);
  } catch (error) {
    if (!isFault(error)) throw error;
    problems.push({ field: 'archiveUrl', message: error.message });
  }
  return problems;
}

/** A template is judged by what it becomes for some segment. */
const sampleValues = {
  id: 'camera',
  externalId: 'camera',
  startUnix: '1789000000',
  endUnix: '1789000900',
  startAt: '2026-09-13T08:00:00Z',
  seconds: '900',
  date: '2026-09-13',
  hh: '08',
  mm: '00',
};

interface Issue {
  code: string;
  path: PropertyKey[];
  message: string;
  keys?: string[];
}

function issueProblems(
  { code, path, message, keys }: Issue,
  fields: Readonly<Record<string, unknown>>,
): FieldProblem[] {
  if (code === 'unrecognized_keys')
    return (keys ?? []).map((field) => ({ field, message: 'is no field of a camera' }));
  const field = String(path[0]);
  if (code === 'invalid_type' && fields[field] === undefined) return [{ field, message: 'is needed' }];
  return [{ field, message: code.startsWith('invalid_') && field === 'enabled' ? 'true or false' : message }];
}
