// Every workflow type has a test, a saved history that must replay, and a page that says what it listens to.
import { describe, expect, it } from 'vitest';
import { planMessageDocs } from '../../src/contract/plan-message-docs.ts';
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

describe('workflow types', () => {
  it('are all named in src/workflows/index.ts', () => {
    const exported = index.match(/^export /gm) ?? [];
    expect(workflows).toHaveLength(exported.length);
  });

  it.each(workflows)('$type has saved histories, of its end and of a continue-as-new', ({ type }) => {
    expect(histories).toContain(`${type}-complete.json`);
    expect(histories).toContain(`${type}-continue-as-new-session1.json`);
  });

  it.each(workflows)('$type has a test', ({ capability }) => {
    expect(tests.map(({ path }) => path)).toContain(`test/workflows/${capability}.test.ts`);
  });

  it.each(workflows)('$type has its messages in the reference', ({ type }) => {
    expect(planMessageDocs.filter(({ workflow }) => workflow === type)).not.toEqual([]);
  });

  it.each(workflows)('$type has a guide', ({ capability }) => {
    expect(filesBelow('docs/guide', /\.md$/).map(({ path }) => path)).toContain(
      `docs/guide/${capability}.md`,
    );
  });
});

describe('messages', () => {
  it('that people may send are all in the reference', () => {
    const source = readRoot('src/contract/plan-messages.ts');
    const defined = [...source.matchAll(/define(?:Signal|Update|Query)(?:<[\s\S]*?>)?\(\s*'(\w+)'/g)].map(
      ([, name]) => name!,
    );
    // What workflows say to each other.
    const between = ['cameraDayDone', 'changeTolerance'];
    const documented = planMessageDocs.map(({ name }) => name);
    expect(defined.filter((name) => !between.includes(name) && !documented.includes(name))).toEqual([]);
  });
});
