// Imports follow the table: who knows whom is read from the sources, not from memory.
import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { neverInWorkflows, rooms } from './import-table.ts';
import { importsOf, namedBy } from './imports-of.ts';
import { filesBelow, readRoot } from './source-files.ts';

const sources = filesBelow('src', /\.ts$/);
const byPath = new Map(sources.map((file) => [file.path, file]));
const roomOf = (path: string): string =>
  path.startsWith('src/') ? path.split('/')[1]! : path.split('/')[0]!;
const packageOf = (from: string): string => from.split('/', from.startsWith('@') ? 2 : 1).join('/');
const resolved = (path: string, from: string): string => posix.join(posix.dirname(path), from);

/** The name under which `only` lists a module: a package's own, `../room` for a room. */
const nameInTable = (path: string, from: string): string =>
  from.startsWith('.') ? `../${roomOf(resolved(path, from))}` : packageOf(from);

/** Why this import is not allowed; undefined when it is. */
function objection(path: string, from: string): string | undefined {
  const room = rooms[roomOf(path)];
  if (room === undefined) return `the room of ${path} stands in no row of test/house/import-table.ts`;
  const only = room.only?.[nameInTable(path, from)];
  if (only && !only.includes(path)) return `${path} → ${from}: only ${only.join(', ')} may`;
  if (isBuiltin(from)) {
    if (from === 'node:child_process' && roomOf(path) !== 'process')
      return `${path} → ${from}: src/process is the only spawner`;
    if (!from.startsWith('node:')) return `${path} → ${from}: write node:${from}`;
    return room.node ? undefined : `${path} → ${from}: ${roomOf(path)} knows no Node`;
  }
  if (!from.startsWith('.'))
    return room.packages.includes(packageOf(from))
      ? undefined
      : `${path} → ${from}: not a package of the room`;
  const target = roomOf(resolved(path, from));
  return target === roomOf(path) || room.rooms.includes(target)
    ? undefined
    : `${path} → ${from}: ${roomOf(path)} does not know ${target}`;
}

describe('imports', () => {
  it('follow the table of rooms', () => {
    const objections = sources.flatMap(({ path, text }) =>
      importsOf(text).flatMap(({ from }) => objection(path, from) ?? []),
    );
    expect(objections).toEqual([]);
  });

  it('name files that exist, with their ending', () => {
    const missing = sources.flatMap(({ path, text }) =>
      importsOf(text)
        .filter(({ from }) => from.startsWith('.') && !from.startsWith('../../bootstrap/'))
        .filter(({ from }) => !byPath.has(resolved(path, from)))
        .map(({ from }) => `${path} → ${from}`),
    );
    expect(missing).toEqual([]);
  });

  it('run in no circle, types included', () => {
    const above: string[] = [];
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (path: string): void => {
      if (above.includes(path)) circles.push([...above.slice(above.indexOf(path)), path].join(' → '));
      if (done.has(path) || above.includes(path)) return;
      above.push(path);
      for (const from of namedBy(byPath.get(path)?.text ?? ''))
        if (from.startsWith('.')) visit(resolved(path, from));
      above.pop();
      done.add(path);
    };
    for (const { path } of sources) visit(path);
    expect(circles).toEqual([]);
  });

  it('keep zod, Node, calendars and every adapter out of reach of the workflows', () => {
    const reached = new Map<string, string>();
    const visit = (path: string, by: string): void => {
      if (reached.has(path)) return;
      reached.set(path, by);
      const file = byPath.get(path);
      if (file === undefined) return;
      for (const { from } of importsOf(file.text))
        visit(from.startsWith('.') ? resolved(path, from) : packageOf(from), path);
    };
    visit('src/workflows/index.ts', '');
    const banned = [...reached].filter(([path]) => neverInWorkflows.some((never) => never.test(path)));
    expect(banned.map(([path, by]) => `${by} → ${path}`)).toEqual([]);
    expect(reached.has('src/contract/plan-messages.ts')).toBe(true);
  });

  it('use every package that package.json asks for, and no other', () => {
    const manifest = JSON.parse(readRoot('package.json')) as { dependencies: Record<string, string> };
    const used = new Set(
      sources.flatMap(({ text }) =>
        importsOf(text).flatMap(({ from }) =>
          from.startsWith('.') || isBuiltin(from) ? [] : [packageOf(from)],
        ),
      ),
    );
    // protobufjs: replay of saved histories breaks under npm when another version is hoisted above the SDK's.
    const indirect = ['protobufjs'];
    expect(
      Object.keys(manifest.dependencies).filter((name) => !used.has(name) && !indirect.includes(name)),
    ).toEqual([]);
    expect([...used].filter((name) => !(name in manifest.dependencies))).toEqual([]);
  });
});

describe('reading imports', () => {
  it.each([
    ["import { a } from 'x';", ['x']],
    ["import type { a } from 'x';", []],
    ["import { type a, type b } from 'x';", []],
    ["import { type a, b } from 'x';", ['x']],
    ["import a, { type b } from 'x';", ['x']],
    ["import {\n  a,\n  b,\n} from '../x/y.ts';", ['../x/y.ts']],
    ["import * as all from 'x';", ['x']],
    ["import 'x';", ['x']],
    ["export { a } from 'x';", ['x']],
    ["export type { a } from 'x';", []],
    ["export * from 'x';", ['x']],
    ["const x = await import('x');", ['x']],
    ["const { parse } = createRequire(import.meta.url)('yaml') as typeof import('yaml');", ['yaml']],
    ["let x: typeof import('x');", []],
    ["new Worker(new URL('./x.ts', import.meta.url))", ['./x.ts']],
    ["// import { a } from 'x';", []],
    ["/* import { a } from 'x';\nimport 'y'; */", []],
    ["export const a = 1;\nimport { b } from 'y';", ['y']],
    ['const text = "from \'x\'";', []],
  ])('%j', (text, expected) => {
    expect(importsOf(text).map(({ from }) => from)).toEqual(expected);
  });
});
