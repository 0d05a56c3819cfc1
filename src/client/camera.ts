// What a caller can do with single cameras; whole files are read in camera-import.ts. Credentials inside URLs are stored apart.
import type { CameraRecord } from '../catalog/cameras.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { CredentialField } from '../catalog/credentials.ts';
import type { CameraDocument } from '../contract/camera.ts';
import { Fault } from '../domain/fault.ts';
import { isoFromMs } from '../domain/range.ts';
import type { Credentials } from '../domain/url.ts';
import { readCameraFields } from './camera-fields.ts';

/** Fields of contract/camera.ts, with credentials still inside the URLs if they were given so. */
export interface CameraAddition {
  fields: Readonly<Record<string, unknown>>;
  /** Asked for apart from the URLs; they win over those inside. */
  credentials?: Partial<Record<CredentialField, Credentials>>;
}

/** Adds or replaces one camera. Throws Fault InputInvalid that names every wrong field. */
export async function addCamera(
  catalog: Catalog,
  { fields, credentials: apart = {} }: CameraAddition,
): Promise<CameraDocument> {
  const { row, credentials, problems } = readCameraFields(fields);
  if (!row) {
    const lines = problems.map(({ field, message }) => `${field}: ${message}.`);
    throw new Fault('InputInvalid', lines.join('\n'), { problems });
  }
  const given = (['live', 'archive'] as const).flatMap((field) => {
    const own = apart[field];
    return own
      ? [{ cameraId: row.id, field, ...own }]
      : credentials.filter((inside) => inside.field === field);
  });
  await catalog.cameras.upsertMany({ rows: [row], credentials: given });
  return cameraDocumentOf(await catalog.cameras.require(row.id));
}

/** A camera as it is shown. */
export function cameraDocumentOf({ updatedMs, ...row }: CameraRecord): CameraDocument {
  return { ...row, updatedAt: isoFromMs(updatedMs) };
}
