// Everything the stand-in holds: accounts and the contents of the four APIs.
import { Accounts } from './accounts.ts';
import { CalendarStore } from './calendar-store.ts';
import { ClassroomStore } from './classroom-store.ts';
import { FakeClock } from './clock.ts';
import { DriveStore } from './drive-store.ts';
import { Limits } from './limits.ts';
import { Sign } from './sign-in.ts';

/** A message that Google would have sent to a person. */
export interface Mail {
  to: string;
  about: string;
}

export class World {
  readonly clock = new FakeClock();
  readonly accounts = new Accounts();
  readonly sign = new Sign(this.clock);
  readonly limits = new Limits(this.clock);
  readonly mails: Mail[] = [];
  readonly drive: DriveStore;
  readonly calendar = new CalendarStore(this.clock);
  readonly classroom = new ClassroomStore(this.clock);
  /** Cells by spreadsheet id and sheet title. */
  readonly sheets = new Map<string, Map<string, string[][]>>();
  /** Without a slash at the end; known once the server listens. */
  url = '';

  /** `directory` takes the bytes of files. */
  constructor(directory: string) {
    this.drive = new DriveStore({ clock: this.clock, accounts: this.accounts, directory });
  }
}
