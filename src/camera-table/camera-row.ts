// One row of the user's table as a camera with its credentials apart, or as all that is wrong with it.
import type { RelaySpec, WantedRelay } from '../catalog/relay-types.ts';
import type { CameraMap, CameraMapField } from '../contract/camera-map.ts';
import { isTimeZone } from '../domain/calendar.ts';
import { redactText, type Credentials } from '../domain/url.ts';
import { cameraIdRule, isCameraId } from './camera-id.ts';
import type { ColumnPlan } from './column-plan.ts';
import { readAddress, type FilledUrl, type ValueOf } from './url-pattern.ts';

export interface TableCamera extends WantedRelay {
  /** IANA zone or offset. */
  timeZone: string;
}

interface RowProblem {
  field: string;
  message: string;
}

export interface ReadRow {
  /** False: the row is switched off, and its problems are nobody's business. */
  enabled: boolean;
  /** The id, where it is a right one. */
  id?: string;
  /** Absent when there are problems. */
  camera?: TableCamera;
  problems: RowProblem[];
}

interface RowRequest {
  /** By field of the map or by name in a template. */
  valueOf: ValueOf;
  map: CameraMap;
  plan: ColumnPlan;
}

export function readRow({ valueOf, map, plan }: RowRequest): ReadRow {
  const problems: RowProblem[] = [];
  const note = (name: string, message: string): void =>
    void problems.push({ field: plan.columnOf(name) ?? name, message });
  const field = (name: CameraMapField): string =>
    map.columns[name] === undefined ? '' : (valueOf(name) ?? '').trim();
  const enabled = map.columns.enabled === undefined ? true : switchOf(field('enabled'));
  if (enabled === undefined) note('enabled', 'is neither yes nor no');
  const id = field('id');
  if (id === '') note('id', 'is empty');
  else if (!isCameraId(id)) note('id', `${JSON.stringify(id.slice(0, 60))} ${cameraIdRule}`);
  const address = addressOf({ valueOf, map, plan, field });
  for (const { name, message } of address.problems) note(name, message);
  const spec = specOf(field, note);
  const timeZone = field('timeZone') || map.timeZone;
  if (!isKnownZone(timeZone)) note('timeZone', 'is no time zone');
  const { url, credentials } = address;
  const camera: TableCamera | undefined =
    problems.length > 0 || url === undefined
      ? undefined
      : { cameraId: id, spec: { ...spec, url }, ...(credentials ? { credentials } : {}), timeZone };
  return {
    enabled: enabled !== false,
    ...(isCameraId(id) ? { id } : {}),
    ...(camera ? { camera } : {}),
    problems: withoutSecrets(problems, valueOf('password')),
  };
}

type FieldOf = (name: CameraMapField) => string;

function addressOf({ valueOf, map, plan, field }: RowRequest & { field: FieldOf }): FilledUrl {
  const whole = field('url');
  if (whole !== '') return readAddress(whole, besideUrl({ valueOf, map }));
  const type = field('type');
  const pattern = plan.patterns.get(type.toLowerCase()) ?? plan.patterns.get('default');
  if (pattern) return pattern.fill(valueOf);
  if (plan.patterns.size === 0) return { problems: [{ name: 'url', message: 'is empty' }] };
  const message =
    type === ''
      ? 'is empty, and there is no default template'
      : `${JSON.stringify(type.slice(0, 40))} has no template`;
  return { problems: [{ name: 'type', message }] };
}

function besideUrl({ valueOf, map }: Pick<RowRequest, 'valueOf' | 'map'>): Credentials | undefined {
  const user = (map.columns.user !== undefined && valueOf('user')) || '';
  const password = (map.columns.password !== undefined && valueOf('password')) || '';
  return user === '' && password === '' ? undefined : { user, password };
}

const words = {
  engine: ['pull', 'ffmpeg'],
  audio: ['auto', 'copy', 'aac', 'none'],
  video: ['copy', 'h264'],
} as const;

function specOf(field: FieldOf, note: (name: string, message: string) => void): Omit<RelaySpec, 'url'> {
  const spec: Record<string, unknown> = {};
  for (const name of ['name', 'server'] as const) {
    const text = field(name);
    if (text === '') continue;
    if (text.length > 200 || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) || !text.isWellFormed())
      note(name, 'is longer than 200 characters or holds a control character');
    spec[name] = text;
  }
  for (const [name, known] of Object.entries(words) as [keyof typeof words, readonly string[]][]) {
    const word = field(name).toLowerCase();
    if (word === '') continue;
    if (!known.includes(word)) note(name, `is none of ${known.join(', ')}`);
    spec[name] = word;
  }
  const record = field('record');
  if (record !== '') {
    const value = switchOf(record);
    if (value === undefined) note('record', 'is neither yes nor no');
    spec['record'] = value;
  }
  return spec;
}

const on = new Set(['true', 't', 'yes', 'y', 'on', '1', 'enabled', 'active']);
const off = new Set(['', 'false', 'f', 'no', 'n', 'off', '0', 'disabled', 'inactive']);

/** An empty one is off, as it is to a condition in SQL. */
function switchOf(text: string): boolean | undefined {
  const word = text.toLowerCase();
  return on.has(word) ? true : off.has(word) ? false : undefined;
}

/** Zones repeat over thousands of rows, and asking costs far more than remembering. */
const zones = new Map<string, boolean>();

function isKnownZone(text: string): boolean {
  const known = zones.get(text) ?? isTimeZone(text);
  if (zones.size < 1000) zones.set(text, known);
  return known;
}

const withoutSecrets = (problems: RowProblem[], password: string | null): RowProblem[] =>
  password === null
    ? problems
    : problems.map(({ field, message }) => ({
        field,
        message: redactText({ text: message, secrets: [password] }),
      }));
