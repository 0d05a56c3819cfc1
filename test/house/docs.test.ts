// Documents agree with the program, and their links lead somewhere.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { searchAttributeArgs } from '../../src/contract/search-attributes.ts';
import { referencePages } from '../../scripts/reference/pages.ts';
import { filesBelow, readRoot, root } from './source-files.ts';

const documents = filesBelow('.', /\.md$/);

const withoutCode = (text: string): string =>
  text
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, (span) => '`'.repeat(Math.min(2, span.length)));

/** Anchors as GitHub makes them of headings. */
function anchorsOf(text: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading] of text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} +(.+)$/gm)) {
    const base = heading!
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    const count = seen.get(base) ?? 0;
    seen.set(base, count + 1);
    anchors.add(count === 0 ? base : `${base}-${count}`);
  }
  return anchors;
}

/** Why a link leads nowhere; undefined when it leads somewhere or to the world outside. */
function brokenLink(path: string, target: string): string | undefined {
  if (/^(?:[a-z]+:|<)/i.test(target)) return undefined;
  const [file, anchor] = target.split('#', 2);
  const goal = file === '' ? path : join(dirname(path), decodeURIComponent(file!));
  if (!existsSync(join(root, goal))) return `${path} → ${target}: no such file`;
  if (!anchor || !goal.endsWith('.md')) return undefined;
  return anchorsOf(readRoot(goal)).has(anchor) ? undefined : `${path} → ${target}: no such heading`;
}

describe('documents', () => {
  it('link to files and headings that exist', () => {
    const broken = documents.flatMap(({ path, text }) =>
      [...withoutCode(text).matchAll(/\]\(([^()\s]+)(?: "[^"]*")?\)/g)].flatMap(
        ([, target]) => brokenLink(path, target!) ?? [],
      ),
    );
    expect(broken).toEqual([]);
  });

  it('of decisions each have a number of their own and say their status', () => {
    const decisions = documents.filter(({ path }) => /^docs\/decisions\/(?!README)/.test(path));
    const numbers = decisions.map(({ path }) => /\/(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1] ?? path);
    expect(numbers.filter((number) => !/^\d{4}$/.test(number))).toEqual([]);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(decisions.filter(({ text }) => !/^Status: /m.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('have in AGENTS.md a map of every room, in at most 60 lines', () => {
    const agents = readRoot('AGENTS.md');
    const rooms = new Set(filesBelow('src').map(({ path }) => path.split('/')[1]!));
    expect([...rooms].filter((room) => !new RegExp(`\`(?:src/)?${room}\``).test(agents))).toEqual([]);
    expect(agents.split('\n').length).toBeLessThanOrEqual(60);
  });
});

describe('the reference', async () => {
  const pages = await referencePages();

  it.each(pages)('$path is what npm run docs writes', ({ path, text }) => {
    expect(readRoot(path)).toBe(text);
  });
});

describe('the fleet', () => {
  it('registers the search attributes of the contract', () => {
    const inFile = readRoot('docker-compose.yml').match(/\bLt\w+=\w+/g) ?? [];
    expect([...new Set(inFile)].toSorted()).toEqual(searchAttributeArgs.toSorted());
  });
});
