// Orders the names a database has by how much they look like the one that was asked for.

/** The names, the most alike first; equally alike ones keep their order. */
export function closestNames(name: string, candidates: readonly string[]): string[] {
  const wanted = pairsOf(name);
  const likeness = new Map(candidates.map((candidate) => [candidate, alike(wanted, pairsOf(candidate))]));
  return candidates.toSorted((a, b) => (likeness.get(b) ?? 0) - (likeness.get(a) ?? 0));
}

/** Pairs of neighbouring letters, with the ends of the word marked. */
function pairsOf(name: string): Set<string> {
  const text = ` ${name.toLowerCase()} `;
  return new Set(Array.from({ length: text.length - 1 }, (_, index) => text.slice(index, index + 2)));
}

/** Dice's coefficient: 0 nothing in common, 1 the same pairs. */
function alike(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((pair) => b.has(pair)).length;
  return (2 * shared) / (a.size + b.size);
}
