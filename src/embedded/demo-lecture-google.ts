// The demo's view of the stand-in: an event in the room's calendar before the lecture, and what hangs there and in the course after it.
import type { StandInDocument } from '../contract/stack.ts';
import { connectGoogle } from '../google/connect.ts';
import { askGoogle } from '../google/google-fault.ts';
import type { GoogleConnection } from '../google/google-types.ts';

export interface DemoEvent {
  name: string;
  startAt: string;
  endAt: string;
}

export interface SeenAtGoogle {
  attachments: { title: string; url: string }[];
  posts: { text: string; state: string; url: string }[];
}

const connect = ({ apiUrl, credentialsFile, subject }: StandInDocument): GoogleConnection =>
  connectGoogle({ apiUrl, credentialsFile, subject, useDefaultCredentials: false, requestSeconds: 30 });

/** Its id. The link that is there from the beginning must be there at the end. */
export async function writeDemoEvent(google: StandInDocument, event: DemoEvent): Promise<string> {
  const { data } = await askGoogle('Writing the demo’s event', () =>
    connect(google).calendar.events.insert({
      ...{ calendarId: google.calendarId, supportsAttachments: true },
      requestBody: {
        summary: event.name,
        description: `Course: ${google.courseCode}`,
        start: { dateTime: event.startAt },
        end: { dateTime: event.endAt },
        attachments: [{ fileUrl: 'https://example.org/programme.pdf', title: 'Programme' }],
      },
    }),
  );
  return data.id ?? '';
}

/** What people would see there now. */
export async function lookAtGoogle(google: StandInDocument, eventId: string): Promise<SeenAtGoogle> {
  const connection = connect(google);
  const { calendarId, courseId } = google;
  const event = await askGoogle('Reading the demo’s event', () =>
    connection.calendar.events.get({ calendarId, eventId }),
  );
  const list = await askGoogle('Reading the demo’s course', () =>
    connection.classroom.courses.announcements.list({ courseId }),
  );
  return {
    attachments: (event.data.attachments ?? []).map(({ title, fileUrl }) => ({
      title: title ?? '',
      url: fileUrl ?? '',
    })),
    posts: (list.data.announcements ?? []).map(({ text, state, alternateLink }) => ({
      text: text ?? '',
      state: state ?? '',
      url: alternateLink ?? '',
    })),
  };
}
