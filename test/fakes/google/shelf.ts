// What a test puts into the stand-in before, and takes out of it after: people, files, events, posts, tables.
import type { Json } from './json.ts';
import { textAt } from './json.ts';
import { storeBytes } from './drive-content.ts';
import { folderType, type DriveItem, type Permission } from './drive-store.ts';
import type { World } from './world.ts';

/** A file as assertions want it. */
export interface SeenFile {
  id: string;
  name: string;
  mimeType: string;
  parentId: string | undefined;
  driveId: string | undefined;
  isTrashed: boolean;
  sizeBytes: number | undefined;
  md5: string | undefined;
  sha256: string | undefined;
  appProperties: Record<string, string>;
  permissions: readonly Permission[];
}

/** A post as assertions want it. */
export interface SeenPost {
  courseId: string;
  id: string;
  kind: 'announcements' | 'courseWorkMaterials';
  state: string;
  resource: Json;
}

export interface PlacedFile {
  name: string;
  parentId: string;
  bytes?: Uint8Array;
  mimeType?: string;
  createdAt?: string;
}

const everyScope = ['drive', 'calendar', 'spreadsheets.readonly']
  .concat(
    ['courses', 'announcements', 'courseworkmaterials', 'topics.readonly'].map((name) => `classroom.${name}`),
  )
  .map((name) => `https://www.googleapis.com/auth/${name}`);

export class Shelf {
  readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  get accounts(): World['accounts'] {
    return this.world.accounts;
  }

  get drive(): World['drive'] {
    return this.world.drive;
  }

  get calendar(): World['calendar'] {
    return this.world.calendar;
  }

  get classroom(): World['classroom'] {
    return this.world.classroom;
  }

  get limits(): World['limits'] {
    return this.world.limits;
  }

  get mails(): World['mails'] {
    return this.world.mails;
  }

  /** Lets time pass for tokens, sessions, lags and quotas. */
  advance(seconds: number): void {
    this.world.clock.advance(seconds);
  }

  /** An access token without the way to it; all scopes unless named. */
  token(email: string, { scopes = everyScope, app = 'test-app' } = {}): string {
    const expiresAtMs = this.world.clock.nowMs() + 3600 * 1000;
    return this.accounts.issue({ email, app, scopes: new Set(scopes), expiresAtMs }).token;
  }

  /** What a person put there with a browser; a folder without `bytes`. */
  async placeFile({ name, parentId, bytes, mimeType, createdAt }: PlacedFile): Promise<DriveItem> {
    const parent = this.drive.items.get(parentId);
    if (parent === undefined) throw new Error(`No folder ${parentId} in the stand-in`);
    const content = bytes === undefined ? undefined : await storeBytes(this.drive, bytes);
    const type = mimeType ?? (bytes === undefined ? folderType : 'application/octet-stream');
    const place = { driveId: parent.driveId, ownerEmail: parent.ownerEmail, app: 'browser' };
    const version = { name, mimeType: type, parents: [parentId], content };
    return this.drive.add(
      { id: this.drive.newId(), ...place },
      { ...version, ...(createdAt !== undefined && { createdAt }) },
    );
  }

  /** A spreadsheet in the owner's Drive; answers its id. */
  placeSheet(ownerEmail: string, sheets: Readonly<Record<string, readonly (readonly string[])[]>>): string {
    const parents = [this.drive.rootOf(ownerEmail).id];
    const mimeType = 'application/vnd.google-apps.spreadsheet';
    const id = this.drive.newId();
    this.drive.add(
      { id, driveId: undefined, ownerEmail, app: 'browser' },
      { name: 'Sheet', mimeType, parents },
    );
    const entries = Object.entries(sheets).map(
      ([title, rows]) => [title, rows.map((row) => [...row])] as const,
    );
    this.world.sheets.set(id, new Map(entries));
    return id;
  }

  /** Every file and folder that is not gone, roots aside. */
  files(): SeenFile[] {
    return [...this.drive.items.values()].flatMap((item) => {
      const version = this.drive.current(item);
      if (version.isGone || item.app === 'google') return [];
      return [
        {
          id: item.id,
          name: version.name,
          mimeType: version.mimeType,
          parentId: version.parents[0],
          driveId: item.driveId,
          isTrashed: this.drive.isTrashed(version),
          sizeBytes: version.content?.sizeBytes,
          md5: version.content?.md5,
          sha256: version.content?.sha256,
          appProperties: version.appProperties[item.app] ?? {},
          permissions: item.permissions,
        },
      ];
    });
  }

  /** Event resources of a calendar, cancelled ones too. */
  events(calendarId: string): Json[] {
    const events = this.calendar.calendars.get(calendarId)?.events.values() ?? [];
    return [...events].map(({ resource }) => resource);
  }

  /** Every post of every course, deleted ones aside. */
  posts(): SeenPost[] {
    return [...this.classroom.courses.values()].flatMap((course) =>
      [...course.posts.values()].flatMap(({ id, kind, resource }) => {
        const state = textAt(resource, 'state') ?? '';
        return state === 'DELETED' ? [] : [{ courseId: course.id, id, kind, state, resource }];
      }),
    );
  }
}
