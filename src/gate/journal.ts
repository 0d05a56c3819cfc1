// Entries as JSON lines that are durable before anybody is told so; entries that wait for the disk together share one write.
import { readFile } from 'node:fs/promises';
import { Fault } from '../domain/fault.ts';
import { openDurableLines } from './durable-lines.ts';

export interface JournalSpec {
  path: string;
  /** Given every line of the file, in order; undefined for one that is no JSON. */
  read: (entry: unknown) => void;
  /** All that is known, entries under way included: what a rewritten file holds. */
  entries: () => Iterable<object>;
}

export interface Journal {
  /** Resolves when the entry is on the disk. @throws Fault StorageFault */
  append(entry: object): Promise<void>;
  /** Whether the last write succeeded. */
  isHealthy(): boolean;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

interface Waiting {
  entry: object;
  resolve: () => void;
  reject: (error: Fault) => void;
}

const firstLine = JSON.stringify({ journal: 'longtake-gate-1' });
const lineOf = (entry: object): string => `${JSON.stringify(entry)}\n`;

/** Reads the file where there is one, writes it anew, and takes entries from then on. @throws Fault StorageFault */
export async function openJournal(spec: JournalSpec): Promise<Journal> {
  const { path } = spec;
  await readEntries(spec);
  const whole = (): string => [`${firstLine}\n`, ...Array.from(spec.entries(), lineOf)].join('');
  const file = await openDurableLines(path, whole).catch((error: unknown): never => {
    throw storageFault(path, error);
  });
  const waiting: Waiting[] = [];
  let writing: Promise<void> | undefined;

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0);
      try {
        await file.append(batch.map(({ entry }) => lineOf(entry)).join(''));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(storageFault(path, error));
      }
    }
    writing = undefined;
  }

  return {
    append: (entry) =>
      new Promise((resolve, reject) => {
        waiting.push({ entry, resolve, reject });
        writing ??= writeAll();
      }),
    isHealthy: () => file.isHealthy(),
    close: async () => {
      await writing;
      await file.close();
    },
  };
}

async function readEntries({ path, read }: JournalSpec): Promise<void> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw storageFault(path, error);
  });
  if (text === undefined) return;
  const [first, ...lines] = text.split('\n');
  if (first !== firstLine)
    throw new Fault(
      'StorageFault',
      `${path} is no journal of a gate. Move it away; then older publishers get in until newer ones come.`,
    );
  // A torn line was never promised to anybody.
  for (const line of lines) read(parsed(line));
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const storageFault = (path: string, error: unknown): Fault =>
  new Fault(
    'StorageFault',
    `${path} cannot be written or read (${(error as NodeJS.ErrnoException).code ?? String(error)}); new relays are refused until it can.`,
  );
