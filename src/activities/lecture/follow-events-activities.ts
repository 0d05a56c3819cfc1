// The activities of rooms' calendars: a room that cannot be followed now is looked at again, whatever the reason.
import { patient } from '../restream/patient.ts';
import { followEvents } from './follow-events.ts';
import { tellLectures } from './follow-events-tell.ts';
import type { IntakeActivities } from './intake-types.ts';
import type { LectureDeps } from './lecture-deps.ts';

export const createIntakeActivities = ({ catalog, lecture }: LectureDeps): IntakeActivities => {
  const { calendarFeed, google } = lecture;
  const deps = { catalog, calendarFeed, googleCalendar: google?.calendar, tellLectures };
  return patient({ followEvents: (input) => followEvents(deps, input) });
};
