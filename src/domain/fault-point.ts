// The hook by which a kill test stops a process at a named instant; in production nobody passes one.

/** Called with the name of the step that begins or has ended, for example `publish.media-rename.before`. */
export type FaultPoint = (name: string) => void | Promise<void>;

/** Names the begin and the end of `work`; the end only of work that succeeded. */
export async function inStep<T>(faultPoint: FaultPoint, name: string, work: () => Promise<T>): Promise<T> {
  await faultPoint(`${name}.before`);
  const result = await work();
  await faultPoint(`${name}.after`);
  return result;
}
