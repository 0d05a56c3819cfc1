// What the gate must not forget: the highest epoch that published each path, and which tokens were used.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { openJournal, type Journal } from './journal.ts';
import type { OpenedToken } from './token.ts';

export interface Entry {
  path: string;
  token: OpenedToken;
  /** MediaMTX's id of the session that asks; absent where it names none. */
  session?: string | undefined;
}

export type Ruling =
  /** `superseded`: sessions that published the path, or may still begin to, and must not any more. */
  { allowed: true; superseded: readonly string[] } | { allowed: false; reason: string };

export interface Ledger {
  /**
   * Lets the token in when nobody used it and no newer epoch has published; durable before it answers. The session that holds the path
   * may ask again. Expiry is the caller's question. @throws Fault StorageFault
   */
  admit(entry: Entry): Promise<Ruling>;
  isHealthy(): boolean;
  close(): Promise<void>;
}

const line = z.object({
  path: z.string(),
  epoch: z.int().min(0),
  session: z.string().optional(),
  token: z.string().optional(),
  expiresAtMs: z.int().optional(),
});
type Line = z.infer<typeof line>;

interface Holder {
  epoch: number;
  session?: string | undefined;
  token?: string | undefined;
  /** Sessions before it that nobody has been told to end. */
  older: readonly string[];
}

/** More can only pile up while the disk takes nothing. */
const olderSessions = 8;

class Book implements Ledger {
  readonly #holders = new Map<string, Holder>();
  readonly #used = new Map<string, Line>();
  journal!: Journal;

  /** Takes one line of the journal; an unreadable one is left out. */
  read(document: unknown): void {
    const { success, data } = line.safeParse(document);
    if (!success) return;
    const { path, epoch, session, token } = data;
    if (epoch >= (this.#holders.get(path)?.epoch ?? 0))
      this.#holders.set(path, { epoch, session, token, older: [] });
    if (token !== undefined) this.#used.set(token, data);
  }

  /** All that must be known after a restart: tokens first, so that the last line of a path names its holder. */
  *entries(): Generator<Line> {
    const nowMs = Date.now();
    for (const [id, use] of this.#used) {
      if ((use.expiresAtMs ?? 0) > nowMs) yield use;
      else this.#used.delete(id);
    }
    for (const [path, { epoch, session }] of this.#holders) yield { path, epoch, session };
  }

  async admit({ path, token: { id, epoch, expiresAtMs }, session }: Entry): Promise<Ruling> {
    const before = this.#holders.get(path);
    if (epoch < (before?.epoch ?? 0))
      return { allowed: false, reason: `epoch ${epoch} is older than ${before?.epoch}` };
    const asksAgain = session !== undefined && before?.session === session;
    const use = this.#used.get(id);
    if (use && !(asksAgain && use.session === session))
      return { allowed: false, reason: 'the token was used before' };
    const older = [before?.older ?? [], before?.session ?? []].flat().slice(-olderSessions);
    const holder: Holder = { epoch, session, token: id, older: asksAgain ? before.older : older };
    const entry: Line = { path, epoch, session, token: id, expiresAtMs };
    this.#holders.set(path, holder);
    this.#used.set(id, entry);
    try {
      await this.journal.append(entry);
    } catch (error) {
      // It was never honoured. The epoch stays: it is true, and the next entry of the path writes it again.
      if (!use) this.#used.delete(id);
      throw error;
    }
    const now = this.#holders.get(path);
    // Another one came while the disk was writing; it has taken our list of older sessions over.
    if (now?.token !== id) return { allowed: false, reason: 'a newer publisher has come' };
    this.#holders.set(path, { ...now, older: [] });
    return { allowed: true, superseded: now.older };
  }

  isHealthy(): boolean {
    return this.journal.isHealthy();
  }

  close(): Promise<void> {
    return this.journal.close();
  }
}

/** Opens `<stateDir>/gate.journal`. One process at a time may have it open. @throws Fault StorageFault */
export async function openLedger(stateDir: string): Promise<Ledger> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const book = new Book();
  book.journal = await openJournal({
    path: join(stateDir, 'gate.journal'),
    read: (entry) => book.read(entry),
    entries: () => book.entries(),
  });
  return book;
}
