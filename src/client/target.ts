// What a caller can do with export targets.
import type { Catalog } from '../catalog/catalog.ts';
import type { TargetRow } from '../catalog/targets.ts';
import { targetRequest, type TargetDocument } from '../contract/target.ts';
import { Fault } from '../domain/fault.ts';
import { isoFromMs } from '../domain/range.ts';

/** Adds or replaces a target. Throws Fault InputInvalid that names every wrong field. */
export async function addTarget(
  catalog: Catalog,
  request: { name: string; spec: Record<string, unknown> },
): Promise<TargetDocument> {
  const parsed = targetRequest.safeParse(request);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.at(-1) === 'spec' ? 'target' : String(path.at(-1))}: ${message}.`,
    );
    throw new Fault('InputInvalid', problems.join('\n'), {
      remedy: '`longtake target add --help` shows the flags of each kind.',
    });
  }
  await catalog.targets.put(parsed.data);
  return targetDocumentOf(await catalog.targets.require(parsed.data.name));
}

export const targetDocumentOf = ({ updatedMs, ...row }: TargetRow): TargetDocument => ({
  ...row,
  updatedAt: isoFromMs(updatedMs),
});
