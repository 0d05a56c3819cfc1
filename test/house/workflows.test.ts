// Every workflow type has a test, a saved history that must replay, and a page that says what it listens to.
import { describe, expect, it } from 'vitest';
import { intakeMessageDocs } from '../../src/contract/intake-message-docs.ts';
import { lectureMessageDocs } from '../../src/contract/lecture-message-docs.ts';
import { planMessageDocs } from '../../src/contract/plan-message-docs.ts';
import { restreamMessageDocs } from '../../src/contract/restream-message-docs.ts';
import { filesBelow, readRoot } from './source-files.ts';

const index = readRoot('src/workflows/index.ts');
const workflows = [...index.matchAll(/^export \{ (\w+) \} from '\.\/(\w+)\//gm)].map(
  ([, type, capability]) => ({
    type: type!,
    capability: capability!,
  }),
);
const tests = filesBelow('test/workflows', /\.test\.ts$/);
const histories = filesBelow('test/histories', /\.json$/).map(({ path }) => path.split('/').at(-1)!);

const messageDocs = [...planMessageDocs, ...restreamMessageDocs, ...lectureMessageDocs, ...intakeMessageDocs];

/** Types without an end of their own: what they are saved doing. */
const endless: Readonly<Record<string, string>> = { restream: 'orders' };

/** Types whose history is bounded by their input: they never continue as new. */
const bounded = ['lecture'];

/** Types that nobody speaks to: they do what the catalog says. */
const mute = ['restreamServer'];

describe('workflow types', () => {
  it('are all named in src/workflows/index.ts', () => {
    const exported = index.match(/^export /gm) ?? [];
    expect(workflows).toHaveLength(exported.length);
  });

  it.each(workflows)('$type has saved histories, of its end and of a continue-as-new', ({ type }) => {
    const session = bounded.includes(type) ? [] : ['continue-as-new-session1'];
    const wanted = [endless[type] ?? 'complete', ...session];
    expect(wanted.filter((name) => !histories.includes(`${type}-${name}.json`))).toEqual([]);
  });

  it.each(workflows)('$type has a test', ({ capability }) => {
    expect(tests.map(({ path }) => path)).toContain(`test/workflows/${capability}.test.ts`);
  });

  it.each(workflows)('$type has its messages in the reference', ({ type }) => {
    const documented = messageDocs.some(({ workflow }) => workflow === type);
    expect(documented).toBe(!mute.includes(type));
  });

  it.each(workflows)('$type has a guide', ({ capability }) => {
    expect(filesBelow('docs/guide', /\.md$/).map(({ path }) => path)).toContain(
      `docs/guide/${capability}.md`,
    );
  });
});

describe('messages', () => {
  const capabilities = [
    { capability: 'plan', docs: planMessageDocs, between: ['cameraDayDone', 'changeTolerance'] },
    { capability: 'restream', docs: restreamMessageDocs, between: ['retire', 'relayReported'] },
    { capability: 'lecture', docs: lectureMessageDocs, between: [] as string[] },
    { capability: 'intake', docs: intakeMessageDocs, between: [] as string[] },
  ];

  it.each(capabilities)(
    'that people may send to a $capability are all in the reference, and no others',
    ({ capability, docs, between }) => {
      const source = readRoot(`src/contract/${capability}-messages.ts`);
      const defined = [...source.matchAll(/define(?:Signal|Update|Query)(?:<[\s\S]*?>)?\(\s*'(\w+)'/g)].map(
        ([, name]) => name!,
      );
      const documented: string[] = docs.map(({ name }) => name);
      // What workflows say to each other needs no page.
      expect(defined.filter((name) => !between.includes(name) && !documented.includes(name))).toEqual([]);
      expect(documented.filter((name) => !defined.includes(name))).toEqual([]);
    },
  );
});
