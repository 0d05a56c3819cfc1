// What is asked of Google's Classroom, and what it answers: courses by their codes, posts by their file.

export type PostKind = 'announcement' | 'material';

/** Where else than at Google a code may be explained. */
export interface CourseSources {
  /** The catalog's table of codes. */
  known?: (code: string) => Promise<string | undefined>;
  /** The old table; its range is `A2:B1000`, when nothing else is meant. */
  sheet?: { id: string; range?: string };
}

export interface PostPlace {
  /** Classroom's number, as `findCourse` answers it. */
  courseId: string;
  kind: PostKind;
}

export interface PostSearch extends PostPlace {
  /** Drive's id of the file that hangs on the post */
  fileId: string;
  /** The file's address, where the post may hold a link in place of the file. */
  url?: string;
  /** Announcements that were last changed before are not looked at. */
  sinceMs: number;
}

export interface NewPost extends PostPlace {
  /** Body of an announcement, description of a material; what is over 30,000 characters is cut off. */
  text: string;
  /** Title of a material. */
  title: string;
  fileId: string;
  url: string;
}

export interface Post {
  postId: string;
  /** Where people read it. */
  url: string;
}
