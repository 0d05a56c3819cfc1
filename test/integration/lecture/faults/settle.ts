// A lecture’s end as a person sees it: what is unclear or was refused is settled by `retry`, and then there is one of everything.
import { expect } from 'vitest';
import { retryLecture } from '../../../../src/client/lecture-control.ts';
import { expectOnce, type OnceFacts } from './once.ts';
import { postsOf } from './ordered-lecture.ts';

export interface Settled {
  /** Times that a person had to say `retry`. */
  retries: number;
  /** A post was unclear, and nobody had posted it. */
  wasUnclear: boolean;
}

const mostRetries = 3;

/** Waits for the end of the run under way. Before each `retry` there is at most one post, and never a half-written file. */
export async function expectSettledOnce(facts: OnceFacts & { beforeRetry?: () => void }): Promise<Settled> {
  const { lecture, lectureId, where } = facts;
  const { catalog, client } = lecture.stage;
  const settled: Settled = { retries: 0, wasUnclear: false };
  for (;;) {
    const { state, reason } = await lecture.end();
    expect(postsOf(lecture.stage, lecture.courseId).length, `${where}: posts`).toBeLessThanOrEqual(2);
    if (state === 'complete') break;
    expect(state, `${where}: ${reason}`).toBe('incomplete');
    const publications = await catalog.publications.listOf(lectureId);
    settled.wasUnclear ||= publications.some((one) => one.state === 'unclear');
    settled.retries += 1;
    expect(settled.retries, `${where}: ${reason}`).toBeLessThanOrEqual(mostRetries);
    facts.beforeRetry?.();
    await retryLecture({ catalog, client }, lectureId);
  }
  await expectOnce(facts);
  return settled;
}
