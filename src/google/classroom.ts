// Google's Classroom: which course a code means, and posts with a lecture's file. That there is one post and no second is `classroom-once.ts`.
import { setTimeout as pause } from 'node:timers/promises';
import { Fault, isFault } from '../domain/fault.ts';
import { findCourse } from './classroom-courses.ts';
import { createPost, deletePost, findPost, type Enclosure } from './classroom-posts.ts';
import type { CourseSources, NewPost, Post, PostPlace, PostSearch } from './classroom-types.ts';
import type { GoogleConnection } from './google-types.ts';

/** Every method throws the faults of `askGoogle`. */
export interface Classroom {
  /**
   * Classroom's number of the course that the code means: by the catalog's table, as an alias of the domain or project, by the sheet, as
   * the number itself, as the code by which students join.
   * @throws Fault GonePermanently that names the code, when it means no course, or several
   */
  findCourse(code: string, sources?: CourseSources): Promise<string>;
  /** A published post with this file, whoever made it; drafts are none, because nobody else sees them. */
  findPost(search: PostSearch): Promise<Post | undefined>;
  /**
   * Publishes a post with the file, or with a link to it where Classroom cannot share the file. Not idempotent: `postOnce` is.
   * @throws Fault with `details.unclear` when the request went out and no clear answer came: the post may be there
   */
  post(post: NewPost): Promise<Post>;
  /** Deletes a post that we made; false when it is not there. */
  removePost(post: PostPlace & { postId: string }): Promise<boolean>;
}

export interface ClassroomOptions {
  /** How often a file is tried whose sharing has not come through, before a link takes its place. */
  sharingTries?: number;
  /** Between them. */
  sharingPauseMs?: number;
}

export function createClassroom(
  connection: GoogleConnection,
  { sharingTries = 3, sharingPauseMs = 3000 }: ClassroomOptions = {},
): Classroom {
  return {
    findCourse: (code, sources = {}) => findCourse(connection, code, sources),
    findPost: (search) => findPost(connection, search),
    async post(post) {
      for (let attempt = 1; attempt <= sharingTries; attempt += 1) {
        const made = await tryFile(connection, post);
        if (made === 'notShared') break;
        if (made !== 'notYetVisible') return made;
        if (attempt < sharingTries) await pause(sharingPauseMs);
      }
      return publish({ connection, post, enclosure: 'link' });
    },
    async removePost(post) {
      try {
        await deletePost(connection, post);
        return true;
      } catch (error) {
        if (isFault(error, 'GonePermanently')) return false;
        throw error;
      }
    },
  };
}

/** `notShared`: Classroom may not share the file in our name; a link asks for no such right. */
async function tryFile(
  connection: GoogleConnection,
  post: NewPost,
): Promise<Post | 'notYetVisible' | 'notShared'> {
  try {
    return await publish({ connection, post, enclosure: 'file' });
  } catch (error) {
    if (!isFault(error) || error.details['unclear']) throw error;
    if (error.details['reason'] === 'AttachmentNotVisible') return 'notYetVisible';
    if (error.details['reason'] === 'PERMISSION_DENIED') return 'notShared';
    throw error;
  }
}

async function publish(ask: {
  connection: GoogleConnection;
  post: NewPost;
  enclosure: Enclosure;
}): Promise<Post> {
  const { connection, post, enclosure } = ask;
  let made: Post | undefined;
  try {
    made = await createPost(connection, post, enclosure);
  } catch (error) {
    if (!isFault(error) || wasRefused(error)) throw told(error, post);
    throw new Fault(error.type, error.message, { ...error.details, unclear: true }, { cause: error });
  }
  if (made) return made;
  const text = `Posting to course ${post.courseId}: Google’s answer was cut off.`;
  throw new Fault('GoogleTransient', text, { unclear: true });
}

/** The request never reached anyone. */
const unsentCodes = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'];

/** A clear no: nothing was posted. Server errors, time-outs and broken lines leave it open. */
function wasRefused({ type, details }: Fault): boolean {
  const { status, code } = details;
  if (typeof status === 'number') return status >= 400 && status < 500 && status !== 408;
  return type !== 'GoogleTransient' || unsentCodes.includes(String(code));
}

/** What Google says of a course that takes no posts is no fault of the request. */
function told(error: unknown, { courseId }: NewPost): unknown {
  if (!isFault(error, 'InputInvalid') || error.details['reason'] !== 'CourseNotModifiable') return error;
  const text = `Course ${courseId} takes no posts: it is archived, or was not accepted yet. Restore it in Classroom.`;
  return new Fault('GonePermanently', text, error.details, { cause: error });
}
