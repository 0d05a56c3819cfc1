// Posts of a course: announcements and materials, which Google's API tells apart by name and by little else.
import type { classroom_v1 } from 'googleapis/build/src/apis/classroom/v1.js';
import { driveFileIn } from '../domain/attachments.ts';
import type { NewPost, Post, PostPlace, PostSearch } from './classroom-types.ts';
import { askGoogle } from './google-fault.ts';
import type { GoogleConnection } from './google-types.ts';

type Announcement = classroom_v1.Schema$Announcement;
type Material = classroom_v1.Schema$CourseWorkMaterial;

/** Google's limits, in characters. */
const mostText = 30_000;
const mostTitle = 3000;
const postsPerPage = 100;
/** A course has some hundred posts a year. */
const mostPages = 100;
/** Google's clock and ours may differ by so much. */
const clockToleranceMs = 600_000;

const postFields = 'id,alternateLink,updateTime,materials';

/** The post of this file that is published; the newest, when there are several. */
export async function findPost(connection: GoogleConnection, search: PostSearch): Promise<Post | undefined> {
  if (search.kind === 'announcement') return findAnnouncement(connection, search);
  const { fileId, url } = search;
  const byFile = await findMaterial(connection, search, { materialDriveId: fileId });
  return byFile ?? (url === undefined ? undefined : findMaterial(connection, search, { materialLink: url }));
}

/** Announcements know no filter: newest first, until they are older than ours can be. */
async function findAnnouncement(
  { classroom }: GoogleConnection,
  search: PostSearch,
): Promise<Post | undefined> {
  const { courseId, sinceMs } = search;
  let pageToken: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const { data } = await askGoogle(`Looking through the announcements of course ${courseId}`, () =>
      classroom.courses.announcements.list({
        courseId,
        announcementStates: ['PUBLISHED'],
        orderBy: 'updateTime desc',
        pageSize: postsPerPage,
        fields: `nextPageToken,announcements(${postFields})`,
        ...(pageToken !== undefined && { pageToken }),
      }),
    );
    const posts = data.announcements ?? [];
    const found = posts.find((post) => holdsFile(post, search));
    if (found) return postOf(found);
    const oldest = posts.at(-1)?.updateTime;
    pageToken = data.nextPageToken ?? undefined;
    if (pageToken === undefined || (oldest && Date.parse(oldest) < sinceMs - clockToleranceMs)) break;
  }
  return undefined;
}

async function findMaterial(
  { classroom }: GoogleConnection,
  { courseId }: PostSearch,
  filter: { materialDriveId: string } | { materialLink: string },
): Promise<Post | undefined> {
  const { data } = await askGoogle(`Looking through the materials of course ${courseId}`, () =>
    classroom.courses.courseWorkMaterials.list({
      courseId,
      courseWorkMaterialStates: ['PUBLISHED'],
      pageSize: 1,
      fields: `courseWorkMaterial(${postFields})`,
      ...filter,
    }),
  );
  const [found] = data.courseWorkMaterial ?? [];
  return found && postOf(found);
}

/** Google makes a file of a link that leads to one, and a link may have another form than ours. */
const holdsFile = ({ materials }: Announcement | Material, { fileId, url }: PostSearch): boolean =>
  (materials ?? []).some(({ driveFile, link }) => {
    if (driveFile?.driveFile?.id === fileId) return true;
    return link?.url ? link.url === url || driveFileIn(link.url) === fileId : false;
  });

/** The file itself, or a link to it. */
export type Enclosure = 'file' | 'link';

/** One request that publishes; undefined when Google's answer says nothing of a post. */
export async function createPost(
  { classroom: { courses } }: GoogleConnection,
  post: NewPost,
  enclosure: Enclosure,
): Promise<Post | undefined> {
  const { courseId, kind, text, title, fileId, url } = post;
  const material: classroom_v1.Schema$Material =
    enclosure === 'file'
      ? { driveFile: { driveFile: { id: fileId }, shareMode: 'VIEW' } }
      : { link: { url } };
  // Without a state it would be a draft, which students never see.
  const both = { state: 'PUBLISHED', materials: [material] };
  const fields = 'id,alternateLink';
  const { data } = await askGoogle(`Posting “${title.slice(0, 100)}” to course ${courseId}`, () =>
    kind === 'announcement'
      ? courses.announcements.create({
          courseId,
          fields,
          requestBody: { ...both, text: cut(text, mostText) },
        })
      : courses.courseWorkMaterials.create({
          courseId,
          fields,
          requestBody: { ...both, title: cut(title, mostTitle), description: cut(text, mostText) },
        }),
  );
  return data.id ? postOf(data) : undefined;
}

export async function deletePost(
  { classroom: { courses } }: GoogleConnection,
  { courseId, kind, postId: id }: PostPlace & { postId: string },
): Promise<void> {
  const posts = kind === 'announcement' ? courses.announcements : courses.courseWorkMaterials;
  await askGoogle(`Deleting post ${id} of course ${courseId}`, () => posts.delete({ courseId, id }));
}

const postOf = ({ id, alternateLink }: Announcement | Material): Post => ({
  postId: id ?? '',
  url: alternateLink ?? '',
});

/** By whole characters. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most - 1);
  return `${kept.isWellFormed() ? kept : kept.slice(0, -1)}…`;
}
