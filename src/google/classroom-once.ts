// The rule of exactly once for a place that gives no ids beforehand: look, post, and after an unclear answer look again and ask a person.
import { setTimeout as pause } from 'node:timers/promises';
import { isFault } from '../domain/fault.ts';
import type { NewPost, Post } from './classroom-types.ts';
import type { Classroom } from './classroom.ts';

export interface PostOnce extends NewPost {
  /** When the lecture came to be: no post of it is older. */
  sinceMs: number;
  /** An earlier attempt ended without a clear answer: it is looked for, and nothing is posted. */
  wasUnclear: boolean;
  /** A person has looked and says that there is none: it is posted, unless it is found now. */
  force?: boolean;
  /** Before each of the two looks after an unclear answer: as long as Google's lists may lag. */
  pauseMs: number;
  /**
   * Told, and awaited, right before the request goes out, and after a clear refusal. Who notes `sending` as unclear and `refused` as
   * pending knows after a crash whether something may have been posted.
   */
  onStep?: (step: 'sending' | 'refused') => Promise<void>;
  signal?: AbortSignal;
}

export type PostedOnce = ({ state: 'done' } & Post) | { state: 'unclear'; reason: string };

/** How often it is looked for after an unclear answer. */
const looks = 2;

/**
 * One post for a course and a file. Two callers at once are not kept apart here: one workflow owns a lecture.
 * @throws Fault when Google refuses, or cannot be asked: nothing was posted by this call, unless `sending` was the last step told
 */
export async function postOnce(classroom: Classroom, ask: PostOnce): Promise<PostedOnce> {
  const there = await classroom.findPost(ask);
  if (there) return { state: 'done', ...there };
  if (ask.wasUnclear && !ask.force)
    return lookAgain(classroom, ask, `Posting “${ask.title}” was tried, and Google’s answer was lost.`);
  await ask.onStep?.('sending');
  try {
    return { state: 'done', ...(await classroom.post(ask)) };
  } catch (error) {
    if (isFault(error) && error.details['unclear']) return lookAgain(classroom, ask, error.message);
    await ask.onStep?.('refused');
    throw error;
  }
}

async function lookAgain(classroom: Classroom, ask: PostOnce, why: string): Promise<PostedOnce> {
  for (let look = 0; look < looks; look += 1) {
    await pause(ask.pauseMs, undefined, { signal: ask.signal });
    const found = await classroom.findPost(ask);
    if (found) return { state: 'done', ...found };
  }
  const reason = `${why} It is not known whether the post is there, and looking again showed none: look into course ${ask.courseId}; if it is missing, \`longtake lecture retry\` posts it.`;
  return { state: 'unclear', reason };
}
