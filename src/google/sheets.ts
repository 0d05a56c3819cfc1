// The old table of course codes in a spreadsheet: code in the first column, Classroom's number of the course in the second.
import { courseRows, type CourseRow } from '../domain/course-codes.ts';
import { askGoogle } from './google-fault.ts';
import type { GoogleConnection } from './google-types.ts';

export interface SheetRange {
  /** The part of its address after `/d/`. */
  spreadsheetId: string;
  /** `A2:B1000`, `'Codes 2026'!A:B` */
  range: string;
}

/** Rows that have both cells, without spaces around them. @throws the faults of `askGoogle`; GonePermanently without the sheet */
export async function readCourseTable(
  { sheets }: GoogleConnection,
  { spreadsheetId, range }: SheetRange,
): Promise<CourseRow[]> {
  const { data } = await askGoogle(`Reading ${range} of the spreadsheet ${spreadsheetId}`, () =>
    sheets.spreadsheets.values.get({ spreadsheetId, range, majorDimension: 'ROWS', fields: 'values' }),
  );
  return courseRows(data.values ?? []);
}
