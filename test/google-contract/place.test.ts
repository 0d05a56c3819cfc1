// The place of the contract tests itself: what the environment must name, that the doctor finds it good, and that nothing is left there.
import { afterEach, expect, it } from 'vitest';
import { createClassroom } from '../../src/google/classroom.ts';
import { postOnce } from '../../src/google/classroom-once.ts';
import { probeScopes } from '../../src/google/probe-scopes.ts';
import { askedPlace } from './asked-place.ts';
import { openPlace, type GooglePlace } from './google-place.ts';

const places: GooglePlace[] = [];
const open = async (env?: Record<string, string>): Promise<GooglePlace> => {
  const place = await openPlace(env);
  places.push(place);
  return place;
};
afterEach(async () => {
  for (const place of places.splice(0)) await place[Symbol.asyncDispose]();
});

const all = {
  LONGTAKE_TEST_GOOGLE_CREDENTIALS: '/etc/key.json',
  LONGTAKE_TEST_GOOGLE_FOLDER: 'folder',
  LONGTAKE_TEST_GOOGLE_CALENDAR: 'room@group.calendar.google.com',
  LONGTAKE_TEST_GOOGLE_COURSE: 'SCRATCH',
};

it('is the stand-in while no variable is set, and the real Google when all are', () => {
  expect(askedPlace({ PATH: '/bin' })).toBeUndefined();
  expect(askedPlace({ ...all, LONGTAKE_TEST_GOOGLE_SUBJECT: 'me@school.example' })).toEqual({
    ...{ credentialsFile: '/etc/key.json', folderId: 'folder', subject: 'me@school.example' },
    ...{ calendarId: 'room@group.calendar.google.com', course: 'SCRATCH' },
  });
  expect(askedPlace({ ...all, LONGTAKE_TEST_GOOGLE_COURSE: 'none' })).not.toHaveProperty('course');
});

it.each(Object.keys(all))(
  'without %s alone it is an error that names it, and no run against the stand-in',
  async (name) => {
    const { [name as keyof typeof all]: _, ...half } = all;
    await expect(open(half)).rejects.toThrow(name);
  },
);

it.each([
  [
    'a variable that is empty',
    { ...all, LONGTAKE_TEST_GOOGLE_FOLDER: ' ' },
    'LONGTAKE_TEST_GOOGLE_FOLDER is not set',
  ],
  ['two accounts', { ...all, LONGTAKE_TEST_GOOGLE_TOKEN: '/etc/token.json' }, 'one of them'],
  [
    'a name that is none',
    { ...all, LONGTAKE_TEST_GOOGLE_CALENDER: 'x' },
    'LONGTAKE_TEST_GOOGLE_CALENDER is not known',
  ],
  [
    'a credentials file alone',
    { LONGTAKE_TEST_GOOGLE_CREDENTIALS: '/k' },
    'LONGTAKE_TEST_GOOGLE_COURSE is not set',
  ],
])('with %s it is an error that says so', async (_, env, words) => {
  await expect(open(env)).rejects.toThrow(words);
});

it('is another one that the environment names, used and cleared like the own one', async () => {
  const { fake, asked } = await open({});
  const place = await openPlace({
    LONGTAKE_TEST_GOOGLE_CREDENTIALS: asked.credentialsFile,
    LONGTAKE_TEST_GOOGLE_SUBJECT: asked.subject,
    LONGTAKE_TEST_GOOGLE_FOLDER: asked.folderId,
    LONGTAKE_TEST_GOOGLE_CALENDAR: asked.calendarId,
    LONGTAKE_TEST_GOOGLE_COURSE: 'none',
    LONGTAKE_TEST_GOOGLE_API_URL: fake!.url,
  });
  expect(place.fake).toBeUndefined();
  await place.drive.upload(await place.video({ sizeBytes: 100 }));
  const ofPlace = () => fake!.files().filter(({ name }) => name.includes(place.mark));
  expect(ofPlace()).toHaveLength(2);
  await place[Symbol.asyncDispose]();
  expect(ofPlace()).toEqual([]);
});

it('passes the doctor in every row', async () => {
  const { settings, asked } = await open();
  const { folderId, calendarId, course } = asked;
  const rows = await probeScopes(settings, { folderId, calendarId, course });
  expect(rows.filter(({ result }) => result === 'fail')).toEqual([]);
  expect(rows.length).toBeGreaterThan(course ? 8 : 6);
});

it('is left without anything that was made there', async () => {
  const place = await openPlace({});
  const { fake, drive, connection, asked } = place;
  const { fileId, url } = await drive.upload(await place.video({ sizeBytes: 100 }));
  await place.event();
  const classroom = createClassroom(connection);
  const courseId = await classroom.findCourse(asked.course!);
  const post = { courseId, kind: 'material', fileId, url, text: 'x', title: place.mark } as const;
  const posted = await postOnce(classroom, { ...post, sinceMs: 0, wasUnclear: false, pauseMs: 1 });
  if (posted.state === 'done') place.notePost({ courseId, kind: 'material', postId: posted.postId });
  const left = () => [
    fake!.files().filter(({ name }) => name.includes(place.mark)).length,
    fake!.events(asked.calendarId).filter(({ status }) => status !== 'cancelled').length,
    fake!.posts().length,
  ];
  expect(left()).toEqual([2, 1, 1]);
  await place[Symbol.asyncDispose]();
  expect(left()).toEqual([0, 0, 0]);
});

it('that cannot be cleared says what is left, by its id', async () => {
  const place = await openPlace({});
  const { eventId } = await place.event();
  place.fake!.script([{ on: { api: 'calendar.events.delete' }, do: 'error', name: 'backendError' }]);
  await expect(place[Symbol.asyncDispose]()).rejects.toThrow(`remove by hand: event ${eventId}`);
});
