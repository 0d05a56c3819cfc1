// `camera add`: URLs from flags, files or standard input; credentials by hidden questions.
import { readFile } from 'node:fs/promises';
import { addCamera as addToCatalog } from '../../client/camera.ts';
import type { cameraDocument } from '../../contract/camera.ts';
import { Fault } from '../../domain/fault.ts';
import { printJson } from '../output/json.ts';
import type { Flags, Invocation } from '../perform.ts';
import { ask, askHidden, readLines } from '../prompt.ts';
import { withCatalog } from '../session.ts';

export async function addCamera(invocation: Invocation): Promise<void> {
  const { terminal, flags, json, args } = invocation;
  const urls = await urlsOf(invocation);
  const credentials = flags['askCredentials'] === true ? await askCredentials(invocation) : undefined;
  const fields = withoutAbsent({
    id: args[0],
    name: flags['name'],
    region: flags['region'],
    station: flags['station'],
    timeZone: flags['timeZone'],
    ...urls,
    archiveKind: flags['archiveKind'],
    externalId: flags['externalId'],
    tags:
      typeof flags['tags'] === 'string' ? flags['tags'].split(/[,;]/).map((tag) => tag.trim()) : undefined,
    enabled: flags['disabled'] !== true,
  });
  await withCatalog(invocation, async ({ catalog }) => {
    const camera = await addToCatalog(catalog, { fields, ...(credentials ? { credentials } : {}) });
    if (json) return printJson<typeof cameraDocument>(terminal, camera);
    terminal.out(`Camera ${camera.id} saved${camera.hasCredentials ? ', credentials stored apart' : ''}.`);
  });
}

type UrlField = 'liveUrl' | 'archiveUrl';

/** Each URL from the one place that was named for it; standard input gives a line to each that asks for it, live first. */
async function urlsOf({ terminal, flags }: Invocation): Promise<Partial<Record<UrlField, string>>> {
  const fields = ['liveUrl', 'archiveUrl'] as const;
  const lines = fields.some((field) => flags[`${field}Stdin`] === true) ? await readLines(terminal) : [];
  const urls: Partial<Record<UrlField, string>> = {};
  for (const field of fields) {
    const url = await urlOf({ field, flags, lines });
    if (url !== undefined) urls[field] = url;
  }
  return urls;
}

async function urlOf({
  field,
  flags,
  lines,
}: {
  field: UrlField;
  flags: Flags;
  lines: string[];
}): Promise<string | undefined> {
  const { [field]: inline, [`${field}File`]: file, [`${field}Stdin`]: stdin } = flags;
  const name = field === 'liveUrl' ? '--live-url' : '--archive-url';
  if ([inline, file, stdin].filter((source) => source !== undefined).length > 1)
    throw new Fault('InputInvalid', `Give the URL with one of ${name}, ${name}-file and ${name}-stdin.`);
  if (typeof inline === 'string') return inline;
  if (typeof file === 'string') return firstLine(await readUrlFile(file), file);
  return stdin === true ? firstLine(lines.shift() ?? '', 'standard input') : undefined;
}

async function readUrlFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Fault(
      'NotFound',
      `The file ${file} cannot be read: ${(error as NodeJS.ErrnoException).code}.`,
      {
        remedy: 'Check the path and its permissions.',
      },
    );
  }
}

function firstLine(text: string, from: string): string {
  const line = text.split(/\r?\n/).find((candidate) => candidate.trim() !== '');
  if (line === undefined) throw new Fault('InputInvalid', `There is no URL in ${from}.`);
  return line.trim();
}

async function askCredentials({
  terminal,
}: Invocation): Promise<{ archive: { user: string; password: string } }> {
  if (!terminal.asks)
    throw new Fault('InputInvalid', '--ask-credentials needs a terminal.', {
      remedy: 'Put the credentials into a URL given with --archive-url-file or --archive-url-stdin.',
    });
  return {
    archive: { user: await ask(terminal, 'User'), password: await askHidden(terminal, 'Password (hidden)') },
  };
}

const withoutAbsent = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
