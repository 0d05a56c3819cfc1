// What lies in Drive: items with every version of their metadata, because search sees older ones, and the bytes on disk.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Accounts } from './accounts.ts';
import type { FakeClock } from './clock.ts';
import type { Json } from './json.ts';

export const folderType = 'application/vnd.google-apps.folder';

/** Bytes of a file, at rest. */
export interface Content {
  path: string;
  sizeBytes: number;
  md5: string;
  sha1: string;
  sha256: string;
}

export type Role = 'reader' | 'commenter' | 'writer' | 'fileOrganizer' | 'organizer' | 'owner';

export interface Permission {
  id: string;
  type: 'user' | 'group' | 'domain' | 'anyone';
  role: Role;
  emailAddress?: string;
  domain?: string;
  allowFileDiscovery?: boolean;
  displayName?: string;
  expirationTime?: string;
}

/** Metadata as they were from `changedAtMs` on. */
export interface FileVersion {
  changedAtMs: number;
  name: string;
  mimeType: string;
  parents: readonly string[];
  isTrashed: boolean;
  isGone: boolean;
  createdAt: string;
  modifiedAt: string;
  properties: Readonly<Record<string, string>>;
  /** By the project that set them; others do not see them. */
  appProperties: Readonly<Record<string, Readonly<Record<string, string>>>>;
  content: Content | undefined;
  /** description, starred and what else is only stored */
  rest: Json;
}

export interface DriveItem {
  id: string;
  driveId: string | undefined;
  ownerEmail: string | undefined;
  /** The project that made it, for `drive.file`. */
  app: string;
  versions: FileVersion[];
  permissions: Permission[];
}

export interface SharedDrive {
  id: string;
  name: string;
  members: Map<string, Role>;
}

export class DriveStore {
  readonly items = new Map<string, DriveItem>();
  readonly drives = new Map<string, SharedDrive>();
  readonly generatedIds = new Set<string>();
  /** Seconds until a change shows in `files.list`; `files.get` sees it at once. */
  searchLagSeconds = 0;
  /** A list never gives more than this on a page, whatever pageSize says. */
  pageCap = 1000;
  /** What `files.list` says about `corpora=allDrives`. */
  isSearchIncomplete = false;
  /** When a used pre-generated id is refused; Google does not document it. */
  conflictAt: 'start' | 'end' = 'start';
  /** Milliseconds between reading and writing a file's permissions: edits within them are lost, as at Google. */
  permissionRaceMs = 0;
  readonly directory: string;
  readonly #clock: FakeClock;
  readonly #accounts: Accounts;

  constructor({ clock, accounts, directory }: { clock: FakeClock; accounts: Accounts; directory: string }) {
    this.#clock = clock;
    this.#accounts = accounts;
    this.directory = directory;
  }

  /** An id of the length and alphabet of Google's. */
  newId(): string {
    return `1${randomBytes(24).toString('base64url')}`;
  }

  newContentPath(): string {
    return join(this.directory, randomUUID());
  }

  current(item: DriveItem): FileVersion {
    return item.versions.at(-1)!;
  }

  /** The version that search knows; undefined while it has not heard of the item. */
  indexed(item: DriveItem): FileVersion | undefined {
    const untilMs = this.#clock.nowMs() - this.searchLagSeconds * 1000;
    return item.versions.findLast(({ changedAtMs }) => changedAtMs <= untilMs);
  }

  /** The item, unless it was deleted for good. */
  find(id: string): DriveItem | undefined {
    const item = this.items.get(id);
    return item === undefined || this.current(item).isGone ? undefined : item;
  }

  add(item: Omit<DriveItem, 'versions' | 'permissions'>, version: Partial<FileVersion>): DriveItem {
    const nowAt = this.#clock.nowAt();
    const complete: FileVersion = {
      name: 'Untitled',
      mimeType: 'application/octet-stream',
      parents: [],
      isTrashed: false,
      isGone: false,
      createdAt: nowAt,
      modifiedAt: nowAt,
      properties: {},
      appProperties: {},
      content: undefined,
      rest: {},
      ...version,
      changedAtMs: this.#clock.nowMs(),
    };
    const added: DriveItem = { ...item, versions: [complete], permissions: [] };
    if (item.ownerEmail !== undefined)
      added.permissions.push({
        id: this.permissionIdOf(item.ownerEmail),
        type: 'user',
        role: 'owner',
        emailAddress: item.ownerEmail,
      });
    this.items.set(item.id, added);
    return added;
  }

  change(item: DriveItem, patch: Partial<FileVersion>): void {
    const nowAt = this.#clock.nowAt();
    item.versions.push({
      ...this.current(item),
      modifiedAt: nowAt,
      ...patch,
      changedAtMs: this.#clock.nowMs(),
    });
  }

  /** True for what lies in the trash, or in a folder that does. */
  isTrashed(version: FileVersion): boolean {
    if (version.isTrashed) return true;
    const parent = this.items.get(version.parents[0] ?? '');
    return parent !== undefined && this.isTrashed(this.current(parent));
  }

  /** The folder `root` of a person or robot, made at first use. */
  rootOf(email: string): DriveItem {
    const id = `0A${createHash('sha256').update(email).digest('base64url').slice(0, 12)}Uk9PVA`;
    const name = 'My Drive';
    return (
      this.items.get(id) ??
      this.add({ id, driveId: undefined, ownerEmail: email, app: 'google' }, { name, mimeType: folderType })
    );
  }

  addSharedDrive(name: string, members: Readonly<Record<string, Role>>): SharedDrive {
    const id = `0A${randomBytes(12).toString('base64url')}Uk9PVA`;
    const drive = { id, name, members: new Map(Object.entries(members)) };
    this.drives.set(id, drive);
    // The drive's id is also that of its top folder.
    this.add({ id, driveId: id, ownerEmail: undefined, app: 'google' }, { name, mimeType: folderType });
    return drive;
  }

  /** The same person has the same permission id on every file. */
  permissionIdOf(name: string): string {
    const hash = createHash('sha256').update(name).digest('hex').slice(0, 16);
    return BigInt(`0x${hash}`).toString().padStart(20, '0');
  }

  usedBytes(email: string): number {
    return [...this.items.values()]
      .filter(({ ownerEmail }) => ownerEmail === email)
      .reduce((sum, item) => {
        const { isGone, content } = this.current(item);
        return sum + (isGone ? 0 : (content?.sizeBytes ?? 0));
      }, 0);
  }

  /** Whether the person may own `bytes` more; undefined for robots, which may own none. */
  hasRoom(email: string, bytes: number): boolean | undefined {
    const account = this.#accounts.all.get(email);
    if (account?.kind !== 'person') return undefined;
    return account.storageLimitBytes === null || this.usedBytes(email) + bytes <= account.storageLimitBytes;
  }
}
