// Column names of camera lists, as people write them, and the field names they stand for.
import { cameraColumns } from '../contract/camera.ts';

/** One camera as it stands in the file. */
export interface ImportEntry {
  /** 1-based line of the file where the row begins, or element of the JSON array. */
  line: number;
  /** By the names of contract/camera.ts. */
  fields: Record<string, unknown>;
}

/** `archiveUrl` → `archive_url`. */
export const columnOf = (field: string): string =>
  field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** `archive_url`, `Archive_URL`, `archiveUrl` → `archiveUrl`; undefined for a name that is no column. */
export function fieldOf(name: string): string | undefined {
  const bare = name.trim().toLowerCase().replaceAll(/[_ -]/g, '');
  const column = cameraColumns.find((known) => known.replaceAll('_', '') === bare);
  return column?.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

export const noColumn = `is no column; known are ${cameraColumns.join(', ')}`;
