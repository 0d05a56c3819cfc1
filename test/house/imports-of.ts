// Reads which modules a TypeScript file loads when it runs; what only the compiler reads is left out.

export interface ModuleImport {
  /** As written: `node:fs`, `zod`, `../domain/range.ts`. */
  from: string;
  kind: 'static' | 'dynamic' | 'file';
}

/** Our sources are formatted, so a declaration begins a line and its module name is single-quoted. */
const declaration = /^(?:import|export)\b(?!\s*\()([^;'"`=]*?)\bfrom '([^']+)'/gm;
const bare = /^import '([^']+)'/gm;
const dynamic = /(?<!typeof )\bimport\(\s*'([^']+)'/g;
/** A library that is loaded on first use. */
const required = /\bcreateRequire\(import\.meta\.url\)\(\s*'([^']+)'/g;
/** `new URL('../workflows/index.ts', import.meta.url)`: a file that something else will load. */
const fileReference = /\bnew URL\(\s*'(\.[^']+\.ts)'/g;

/** Comments blanked out; a `//` inside a string would need `'` before it on the line and stays. */
const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^([^'"`\n]*?)\/\/.*$/gm, '$1');

/** True for `type { … }`, `type X`, and braces in which every name is marked `type`. */
function isTypeOnly(clause: string): boolean {
  if (/^\s*type\b/.test(clause)) return true;
  const names = /^\s*\{([^}]*)\}\s*$/.exec(clause)?.[1];
  if (names === undefined) return false;
  const each = names.split(',').filter((name) => name.trim() !== '');
  return each.length > 0 && each.every((name) => /^\s*type\b/.test(name));
}

/** Every module that the file loads by value: static, re-exported, dynamic, or handed on as a file. */
export function importsOf(text: string): ModuleImport[] {
  const code = withoutComments(text);
  const found: ModuleImport[] = [];
  for (const [, clause, from] of code.matchAll(declaration))
    if (!isTypeOnly(clause!)) found.push({ from: from!, kind: 'static' });
  for (const [, from] of code.matchAll(bare)) found.push({ from: from!, kind: 'static' });
  for (const [, from] of code.matchAll(dynamic)) found.push({ from: from!, kind: 'dynamic' });
  for (const [, from] of code.matchAll(required)) found.push({ from: from!, kind: 'dynamic' });
  for (const [, from] of code.matchAll(fileReference)) found.push({ from: from!, kind: 'file' });
  return found;
}

/** Every module that the file names in a declaration, also those of which it takes only types. */
export const namedBy = (text: string): string[] =>
  [...withoutComments(text).matchAll(declaration)].map(([, , from]) => from!);
