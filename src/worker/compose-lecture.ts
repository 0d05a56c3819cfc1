// Builds what the activities of lectures are given: media jobs with their tools, Google where it is configured, webhooks.
import type { LectureDeps, LectureGoogle } from '../activities/lecture/lecture-deps.ts';
import { createCalendarFeed } from '../calendar-feed/calendar-feed.ts';
import type { Config } from '../config/schema.ts';
import { createCalendar } from '../google/calendar.ts';
import { createClassroom } from '../google/classroom.ts';
import { connectGoogle, hasGoogleAccount } from '../google/connect.ts';
import { createDrive } from '../google/drive.ts';
import { clipBackup } from '../media/lecture/backup.ts';
import { composeSlot } from '../media/lecture/compose-slot.ts';
import { createHardwareSearch } from '../media/lecture/encoder.ts';
import { joinSlots } from '../media/lecture/join-slots.ts';
import { lastGoodPicture } from '../media/lecture/last-good-picture.ts';
import { samplePictures } from '../media/lecture/sample-pictures.ts';
import { makePoster, makeThumbnails } from '../media/lecture/stills.ts';
import type { PlaceDeps } from '../media/place-files.ts';
import type { Downloader } from '../transfer/http-download.ts';
import { resolveAllowed } from '../transfer/address-policy.ts';
import { createWebhooks } from '../webhook/webhooks.ts';

/** Classroom's lists follow its posts within seconds; a look that comes too early would only ask a person for nothing. */
const postPauseMs = 20_000;

export function composeLecture({
  config,
  places,
  downloader,
}: {
  config: Config;
  downloader: Downloader;
  places: PlaceDeps & { ffprobePath: string };
}): LectureDeps['lecture'] {
  const composing = { ...places, findHardwareEncoder: createHardwareSearch(places) };
  const { google, lecture, storage } = config;
  return {
    media: {
      composeSlot: (spec) => composeSlot(composing, spec),
      joinSlots: (spec) => joinSlots(places, spec),
      clipBackup: (spec) => clipBackup(places, spec),
      makePoster: (spec) => makePoster(places, spec),
      makeThumbnails: (spec) => makeThumbnails(places, spec),
      samplePictures: (spec) => samplePictures(places, spec),
      lastGoodPicture: (spec) => lastGoodPicture(places, spec),
    },
    ...(hasGoogleAccount(google) ? { google: googleOf(google) } : {}),
    webhooks: createWebhooks({
      requestSeconds: google.requestSeconds,
      resolve: (host) => resolveAllowed(host, config.download.allowPrivate),
    }),
    calendarFeed: createCalendarFeed({ fetchText: (ask) => downloader.fetchText(ask) }),
    settings: {
      // On one host the slots share its cores: side by side each would only take longer.
      slotsInFlight: storage === 'shared' ? lecture.slotsInFlight : 1,
      encoder: lecture.encoder,
      postPauseMs: google.apiUrl === undefined ? postPauseMs : 0,
      ...(google.courseSheetId === undefined ? {} : { courseSheet: { id: google.courseSheetId } }),
    },
  };
}

function googleOf(settings: Config['google']): LectureGoogle {
  const connection = connectGoogle(settings);
  const chunkBytes = settings.chunkMebibytes * 1024 * 1024;
  return {
    drive: createDrive(connection, { chunkBytes, requestSeconds: settings.requestSeconds }),
    calendar: createCalendar(connection),
    classroom: createClassroom(connection),
  };
}
