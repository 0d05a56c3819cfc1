// Courses, who teaches and attends them, and what was posted.
import { randomInt } from 'node:crypto';
import type { FakeClock } from './clock.ts';
import type { Json } from './json.ts';

export type PostKind = 'announcements' | 'courseWorkMaterials';

export interface Post {
  id: string;
  kind: PostKind;
  /** The project that made it; only that one may change it. */
  app: string;
  resource: Json;
  createdAtMs: number;
}

export interface Course {
  id: string;
  name: string;
  ownerEmail: string;
  teachers: Set<string>;
  students: Set<string>;
  state: 'ACTIVE' | 'ARCHIVED' | 'PROVISIONED' | 'DECLINED' | 'SUSPENDED';
  enrollmentCode: string;
  aliases: Set<string>;
  topics: { topicId: string; name: string }[];
  posts: Map<string, Post>;
  createdAt: string;
}

export interface CourseSpec {
  name: string;
  owner: string;
  teachers?: readonly string[];
  students?: readonly string[];
  /** `d:<code>` */
  aliases?: readonly string[];
  state?: Course['state'];
  enrollmentCode?: string;
  topics?: readonly string[];
}

export class ClassroomStore {
  readonly courses = new Map<string, Course>();
  /** Seconds until a new post shows in lists; `get` sees it at once. */
  listLagSeconds = 0;
  readonly #clock: FakeClock;
  #ids = randomInt(10 ** 11, 10 ** 12);

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  newId(): string {
    this.#ids += 1;
    return String(this.#ids);
  }

  addCourse(spec: CourseSpec): Course {
    const course: Course = {
      id: this.newId(),
      name: spec.name,
      ownerEmail: spec.owner,
      teachers: new Set([spec.owner, ...(spec.teachers ?? [])]),
      students: new Set(spec.students),
      state: spec.state ?? 'ACTIVE',
      enrollmentCode: spec.enrollmentCode ?? randomInt(36 ** 6, 36 ** 7).toString(36),
      aliases: new Set(spec.aliases),
      topics: (spec.topics ?? []).map((name) => ({ topicId: this.newId(), name })),
      posts: new Map(),
      createdAt: this.#clock.nowAt(),
    };
    this.courses.set(course.id, course);
    return course;
  }

  /** By its number or by an alias. */
  find(idOrAlias: string): Course | undefined {
    return (
      this.courses.get(idOrAlias) ?? [...this.courses.values()].find(({ aliases }) => aliases.has(idOrAlias))
    );
  }

  /** Posts that a list shows by now. */
  listed(course: Course, kind: PostKind): Post[] {
    const untilMs = this.#clock.nowMs() - this.listLagSeconds * 1000;
    return [...course.posts.values()].filter((post) => post.kind === kind && post.createdAtMs <= untilMs);
  }
}
