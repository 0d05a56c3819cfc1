// What a caller can do with single cameras; whole files are read in camera-import.ts. Credentials inside URLs are stored apart.
import type { CameraRecord } from '../catalog/cameras.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { CameraCredential, CredentialField } from '../catalog/credentials.ts';
import { archiveSchemes, cameraRow, liveSchemes, type CameraDocument } from '../contract/camera.ts';
import { isTimeZone } from '../domain/calendar.ts';
import { Fault } from '../domain/fault.ts';
import { isoFromMs } from '../domain/range.ts';
import { type Credentials, parseSourceUrl, type SourceScheme, stripCredentials } from '../domain/url.ts';
import { expandTemplate } from '../domain/url-template.ts';

/** Fields of contract/camera.ts, with credentials still inside the URLs if they were given so. */
export interface CameraAddition {
  fields: Readonly<Record<string, unknown>>;
  /** Asked for apart from the URLs. */
  credentials?: Partial<Record<CredentialField, Credentials>>;
}

/** Adds or replaces one camera. Throws Fault InputInvalid that names every wrong field, or ForbiddenUrl. */
export async function addCamera(
  catalog: Catalog,
  { fields, credentials = {} }: CameraAddition,
): Promise<CameraDocument> {
  const live = splitUrl(fields['liveUrl']);
  const archive = splitUrl(fields['archiveUrl']);
  const parsed = cameraRow.safeParse({
    ...fields,
    ...(live ? { liveUrl: live.url } : {}),
    ...(archive ? { archiveUrl: archive.url } : {}),
  });
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'camera'}: ${message}.`,
    );
    throw new Fault('InputInvalid', problems.join('\n'));
  }
  const row = parsed.data;
  if (!isTimeZone(row.timeZone))
    throw new Fault(
      'InputInvalid',
      `timeZone: ${JSON.stringify(row.timeZone)} is no IANA zone and no fixed offset such as +03:00.`,
    );
  if (row.liveUrl) parseSourceUrl(row.liveUrl, liveSchemes);
  if (row.archiveUrl && row.archiveKind)
    checkTemplate(row.archiveUrl, archiveSchemes[row.archiveKind] as readonly SourceScheme[]);
  const given: Partial<Record<CredentialField, Credentials | undefined>> = {
    live: credentials.live ?? live?.credentials,
    archive: credentials.archive ?? archive?.credentials,
  };
  await catalog.cameras.upsertMany({ rows: [row], credentials: credentialRows(row.id, given) });
  return cameraDocumentOf(await catalog.cameras.require(row.id));
}

/** A camera as it is shown. */
export function cameraDocumentOf({ updatedMs, ...row }: CameraRecord): CameraDocument {
  return { ...row, updatedAt: isoFromMs(updatedMs) };
}

function splitUrl(text: unknown): { url: string; credentials?: Credentials } | undefined {
  return typeof text === 'string' && text !== '' ? stripCredentials(text.trim()) : undefined;
}

/** A template is judged by what it becomes for some segment. */
function checkTemplate(template: string, schemes: readonly SourceScheme[]): void {
  const filled = expandTemplate(template, {
    id: 'camera',
    externalId: 'camera',
    startUnix: '1789000000',
    endUnix: '1789000900',
    startAt: '2026-09-13T08:00:00Z',
    seconds: '900',
    date: '2026-09-13',
    hh: '08',
    mm: '00',
  });
  parseSourceUrl(filled, schemes);
}

function credentialRows(
  cameraId: string,
  given: Partial<Record<CredentialField, Credentials | undefined>>,
): CameraCredential[] {
  return (['live', 'archive'] as const).flatMap((field) => {
    const credentials = given[field];
    return credentials ? [{ cameraId, field, ...credentials }] : [];
  });
}
