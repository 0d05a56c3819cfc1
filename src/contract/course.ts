// The door of the table of courses: which Classroom course a code in an event’s description means.
import { z } from 'zod';
import { courseCode } from './lecture.ts';

export const courseDocument = z.strictObject({
  code: courseCode,
  courseId: z
    .string()
    .trim()
    .max(200)
    .regex(/^[A-Za-z0-9:._@-]+$/, 'a course’s id, or an alias such as d:name'),
});
export type CourseDocument = z.output<typeof courseDocument>;
export const courseList = z.array(courseDocument);
export const courseRemoved = z.strictObject({ code: z.string(), removed: z.boolean() });
