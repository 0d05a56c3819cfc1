// The codes under which people know Classroom courses.
import type { CourseCodes } from './lecture-types.ts';
import type { Database } from './tables.ts';

export function courseCodesOf({ db }: Database): CourseCodes {
  return {
    async put(code, courseId) {
      await db.transaction().execute((transaction) =>
        transaction
          .insertInto('courseCodes')
          .values({ code, courseId })
          .onConflict((conflict) => conflict.column('code').doUpdateSet({ courseId }))
          .execute(),
      );
    },
    async get(code) {
      const row = await db
        .selectFrom('courseCodes')
        .select('courseId')
        .where('code', '=', code)
        .executeTakeFirst();
      return row?.courseId;
    },
    list: () => db.selectFrom('courseCodes').selectAll().orderBy('code').execute(),
    async remove(code) {
      const { numDeletedRows } = await db
        .deleteFrom('courseCodes')
        .where('code', '=', code)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}
