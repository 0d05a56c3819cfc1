// From the flags of `plan add` to a plan request; asks on a terminal for what is missing. Every error names its flag.
import type { z } from 'zod';
import { planRequest, type CameraSelection, type PlanSpec } from '../../contract/plan.ts';
import { Fault } from '../../domain/fault.ts';
import type { Terminal } from '../output/terminal.ts';
import type { Flags } from '../perform.ts';
import { ask } from '../prompt.ts';

/** The request with every default filled in. Throws one Fault InputInvalid that names all wrong flags. */
export async function planRequestFromFlags(terminal: Terminal, flags: Flags): Promise<PlanSpec> {
  const complete = terminal.asks && flags['json'] !== true ? await askForMissing(terminal, flags) : flags;
  const missing = ['date', 'window']
    .filter((name) => complete[name] === undefined)
    .map((name) => `--${name} is required.`);
  const problems: string[] = [...missing];
  const cameras = selectionOf(complete, problems);
  const values = { ...settingsOf(complete, problems), cameras };
  const parsed = planRequest.safeParse(values);
  if (!parsed.success && problems.length === 0) problems.push(...parsed.error.issues.map(sentenceOf));
  if (problems.length > 0 || !parsed.success)
    throw new Fault('InputInvalid', problems.join('\n'), { remedy: addHelp });
  checkTogether(parsed.data);
  return parsed.data;
}

const addHelp = 'Correct the flags; `longtake plan add --help` shows them all with examples.';

async function askForMissing(terminal: Terminal, flags: Flags): Promise<Flags> {
  const complete: Record<string, unknown> = { ...flags };
  if (complete['date'] === undefined) complete['date'] = await ask(terminal, 'Day (YYYY-MM-DD)');
  if (complete['window'] === undefined)
    complete['window'] = await ask(terminal, 'Window (HH:MM-HH:MM)', '07:45-20:00');
  if (selectionFlags.every((name) => complete[name] === undefined)) {
    const answer = await ask(
      terminal,
      'Cameras (ids with commas, or: all, tag T, region R, region R stations A-B)',
      'all',
    );
    Object.assign(complete, selectionFromAnswer(answer));
  }
  if (complete['steps'] === undefined)
    complete['steps'] = await ask(terminal, 'Steps', 'download,merge,export');
  if (String(complete['steps']).includes('export') && complete['target'] === undefined)
    complete['target'] = await ask(terminal, 'Export target');
  return complete;
}

const selectionFlags = ['cameras', 'region', 'tag', 'all'];

/** What a person types for cameras: `all`, `tag T`, `region R`, `region R stations A-B`, or ids. */
export function selectionFromAnswer(answer: string): Record<string, unknown> {
  if (answer === 'all') return { all: true };
  const tag = /^tag\s+(.+)$/.exec(answer);
  if (tag) return { tag: tag[1] };
  const region = /^region\s+(.+?)(?:\s+stations\s+(\S+))?$/.exec(answer);
  if (region) return { region: region[1], ...(region[2] ? { stations: region[2] } : {}) };
  return { cameras: answer };
}

function selectionOf(flags: Flags, problems: string[]): CameraSelection | undefined {
  const given = selectionFlags.filter((name) => flags[name] !== undefined);
  if (given.length !== 1) {
    problems.push(
      given.length === 0
        ? 'Name the cameras with one of --cameras, --region, --tag, --all.'
        : `Use one of ${given.map((name) => `--${name}`).join(', ')}, not several.`,
    );
    return undefined;
  }
  if (flags['stations'] !== undefined && flags['region'] === undefined)
    problems.push('--stations needs --region.');
  if (flags['all'] === true) return { all: true };
  if (typeof flags['tag'] === 'string') return { tag: flags['tag'] };
  if (typeof flags['cameras'] === 'string') return { ids: listOf(flags['cameras']) };
  const stations = stationsOf(flags['stations'], problems);
  return { region: String(flags['region']), ...(stations ? { stations } : {}) };
}

/** `100-199`, or one station alone. A name that itself holds a hyphen is written as `A..B`. */
export function stationsOf(text: unknown, problems: string[]): { first: string; last: string } | undefined {
  if (typeof text !== 'string') return undefined;
  const parts = text.includes('..') ? text.split('..') : text.split('-');
  const [first = '', last = first] = parts.map((part) => part.trim());
  if (parts.length > 2 || !first || !last) {
    problems.push(`--stations takes A-B (or A..B when a name holds a hyphen), not “${text}”.`);
    return undefined;
  }
  return { first, last };
}

function settingsOf(flags: Flags, problems: string[]): Record<string, unknown> {
  const number = (name: string): number | undefined => numberOf({ flags, name, problems });
  const gapMode = flags['splitOnGaps'] === true ? 'split' : flags['gapMode'];
  if (flags['splitOnGaps'] === true && flags['gapMode'] !== undefined && flags['gapMode'] !== 'split')
    problems.push('--split-on-gaps is the same as --gap-mode split; give one of the two.');
  return withoutAbsent({
    date: flags['date'],
    toDate: flags['to'],
    window: flags['window'],
    steps: typeof flags['steps'] === 'string' ? listOf(flags['steps']) : undefined,
    target: flags['target'],
    gapToleranceSeconds: number('gapToleranceSeconds'),
    toleranceWindow: flags['toleranceWindow'],
    maxDownloadAttempts: number('maxDownloadAttempts'),
    segmentSeconds: number('segmentSeconds'),
    gapThresholdSeconds: number('gapThresholdSeconds'),
    tolerateIncomplete: flags['tolerateIncomplete'],
    gapMode,
    waitForEnd: flags['waitForEnd'],
    keepSegments: flags['keepSegments'],
    force: flags['force'],
    priorityKey: number('priority'),
  });
}

/** Reads a number from a flag, or notes the problem; `name` is commander's camelCase. */
export function numberOf({
  flags,
  name,
  problems,
}: {
  flags: Flags;
  name: string;
  problems: string[];
}): number | undefined {
  const text = flags[name];
  if (text === undefined) return undefined;
  if (typeof text === 'string' && /^\d+(\.\d+)?$/.test(text)) return Number(text);
  problems.push(`${flagOf(name)} takes a number, not “${typeof text === 'string' ? text : 'nothing'}”.`);
  return undefined;
}

function checkTogether(spec: PlanSpec): void {
  const order = ['download', 'merge', 'export'];
  const positions = spec.steps.map((step) => order.indexOf(step));
  const problems: string[] = [];
  if (positions.some((position, index) => index > 0 && position <= (positions[index - 1] ?? -1)))
    problems.push('--steps takes download, merge and export once each, in this order.');
  if (spec.steps.includes('export') && !spec.target)
    problems.push('--target is required when the steps hold export.');
  if (problems.length > 0) throw new Fault('InputInvalid', problems.join('\n'), { remedy: addHelp });
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  const name = { toDate: 'to', priorityKey: 'priority' }[String(issue.path[0])] ?? String(issue.path[0]);
  return `${flagOf(name)}: ${issue.message}.`;
}

const flagOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
const withoutAbsent = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
