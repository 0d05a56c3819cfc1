// What the lecture's activities are given beside those of plans: media jobs with their tools bound, Google, webhooks.
import type { CalendarFeed } from '../../calendar-feed/calendar-feed.ts';
import type { ClippedBackup, ClipBackupSpec } from '../../media/lecture/backup.ts';
import type { ComposedPiece, ComposeSlotSpec } from '../../media/lecture/compose-slot.ts';
import type { JoinedVideo, JoinSlotsSpec } from '../../media/lecture/join-slots.ts';
import type { LastGoodPictureSpec } from '../../media/lecture/last-good-picture.ts';
import type { SamplePicturesSpec } from '../../media/lecture/sample-pictures.ts';
import type { PosterSpec, ThumbnailsSpec } from '../../media/lecture/stills.ts';
import type { GoogleCalendar } from '../../google/calendar.ts';
import type { Classroom } from '../../google/classroom.ts';
import type { Drive } from '../../google/drive-types.ts';
import type { Webhooks } from '../../webhook/webhooks.ts';
import type { PlanDeps } from '../plan/plan-deps.ts';

export interface LectureDeps extends PlanDeps {
  lecture: {
    media: LectureMedia;
    /** Absent: no credentials are configured, and what needs Google is refused with the names of the keys. */
    google?: LectureGoogle;
    webhooks: Webhooks;
    calendarFeed: CalendarFeed;
    settings: LectureSettings;
  };
}

export interface LectureMedia {
  composeSlot(spec: ComposeSlotSpec): Promise<ComposedPiece>;
  joinSlots(spec: JoinSlotsSpec): Promise<JoinedVideo>;
  clipBackup(spec: ClipBackupSpec): Promise<ClippedBackup>;
  makePoster(spec: PosterSpec): Promise<void>;
  makeThumbnails(spec: ThumbnailsSpec): Promise<void>;
  samplePictures(spec: SamplePicturesSpec): Promise<Uint8Array[]>;
  /** False when no picture of the range is good. */
  lastGoodPicture(spec: LastGoodPictureSpec): Promise<boolean>;
}

export interface LectureGoogle {
  drive: Drive;
  calendar: GoogleCalendar;
  classroom: Classroom;
}

export interface LectureSettings {
  /** Slots of one lecture composed at once. */
  slotsInFlight: number;
  encoder: 'auto' | 'software';
  /** Wait between two looks for a post whose fate is unclear. */
  postPauseMs: number;
  /** The old table of course codes. */
  courseSheet?: { id: string };
}
