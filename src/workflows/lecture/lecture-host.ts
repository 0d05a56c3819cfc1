// A lecture's files lie on one host: its activities run there, and what is left is cleared there.
import type { LectureFile } from '../../contract/lecture-messages.ts';
import { describeFailure } from '../fail.ts';
import { onLivingHost } from '../on-host.ts';
import { anyLectureHost, lectureHosts } from '../proxies.ts';
import type { HostBinding } from '../proxies.ts';
import type { LectureWork } from './lecture-state.ts';

/** Before plans, which may run for a night. */
const priorityKey = 3;

export async function claimHost(work: LectureWork): Promise<string> {
  const { host } = await anyLectureHost.claimLecture({ lectureId: work.input.lectureId });
  work.progress.host = host;
  return host;
}

/** @param host that `claimHost` answered */
export function bindTo(work: LectureWork, host: string, summary: string): HostBinding {
  if (!work.opened) throw new TypeError('The lecture has not been opened');
  return { host, timing: work.opened.timing, priorityKey, summary };
}

/** Removes temporaries, and what the room does not keep of a lecture that is proved at its other places. A lost host needs no clearing. */
export async function sweepLecture(work: LectureWork, published?: { files: LectureFile[] }): Promise<void> {
  const { opened, progress } = work;
  const { host } = progress;
  if (!opened || host === undefined) return;
  const hosts = lectureHosts(bindTo(work, host, 'remove temporaries'));
  try {
    await onLivingHost(host, () =>
      hosts.sweepLecture({
        lectureId: work.input.lectureId,
        isPublished: published !== undefined,
        files: published?.files ?? [],
        slots: opened.slots,
      }),
    );
  } catch (error) {
    if (describeFailure(error).type !== 'HostLost') throw error;
  }
}
