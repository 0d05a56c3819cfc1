// From the rows of the user's table to the cameras they describe; ids that stand twice are nobody's camera.
import type { CameraMap } from '../contract/camera-map.ts';
import { readRow, type TableCamera } from './camera-row.ts';
import type { ColumnPlan } from './column-plan.ts';

export interface CameraProblem {
  /** From 1, ordered by id. */
  row: number;
  /** Where the row has a right one: such a camera is ill described, not gone. */
  id?: string;
  /** Column. */
  field: string;
  /** Never holds a password. */
  message: string;
}

export interface CameraTable {
  /** By id. */
  cameras: TableCamera[];
  /** Switched off in the table, and otherwise right. */
  disabled: TableCamera[];
  /** Rows that are switched off, right or not. */
  disabledRows: number;
  problems: CameraProblem[];
}

export function collectCameras({
  rows,
  map,
  plan,
}: {
  rows: readonly (readonly (string | null)[])[];
  map: CameraMap;
  plan: ColumnPlan;
}): CameraTable {
  const table: CameraTable = { cameras: [], disabled: [], disabledRows: 0, problems: [] };
  const found = new Map<string, { rows: number[]; cameras: (TableCamera | undefined)[] }>();
  const position = new Map(plan.columns.map((column, index) => [column, index]));
  rows.forEach((values, index) => {
    const row = index + 1;
    const valueOf = (name: string): string | null =>
      values[position.get(plan.columnOf(name) ?? '') ?? -1] ?? null;
    const read = readRow({ valueOf, map, plan });
    if (!read.enabled) {
      table.disabledRows += 1;
      if (read.camera) table.disabled.push(read.camera);
      return;
    }
    const { id, camera } = read;
    for (const problem of read.problems)
      table.problems.push({ row, ...(id === undefined ? {} : { id }), ...problem });
    if (id === undefined) return;
    const same = found.get(id) ?? { rows: [], cameras: [] };
    found.set(id, same);
    same.rows.push(row);
    same.cameras.push(camera);
  });
  for (const [id, { rows: standing, cameras }] of found) {
    const [camera] = cameras;
    if (camera && cameras.every((other) => isSame(camera, other))) table.cameras.push(camera);
    for (const row of standing.slice(1)) {
      const message = `${JSON.stringify(id)} stands in row ${standing[0]} already`;
      table.problems.push({ row, id, field: map.columns.id, message });
    }
  }
  table.problems.sort((a, b) => a.row - b.row);
  return table;
}

/** A join may bring one camera several times: harmless while every row says the same. */
const isSame = (a: TableCamera, b: TableCamera | undefined): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b);
