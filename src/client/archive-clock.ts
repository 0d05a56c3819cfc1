// How far the clock of an archive is ahead of ours, as its Date header tells it. Asks for headers alone, at the root, without credentials.

/** Seconds, positive when the server is ahead; null when it tells no time or does not answer within 3 s. Accuracy about 1 s. */
export async function archiveClockOffset(
  url: string,
  nowMs: () => number = Date.now,
): Promise<number | null> {
  const origin = /^https?:\/\/[^/?#{}]+/.exec(url)?.[0];
  if (!origin) return null;
  const root = new URL(origin);
  root.username = '';
  root.password = '';
  const askedMs = nowMs();
  try {
    const answer = await fetch(root, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(3000),
    });
    const toldMs = Date.parse(answer.headers.get('date') ?? '');
    if (Number.isNaN(toldMs)) return null;
    // The header is cut to whole seconds: half a second is the mean of what it hides.
    return Math.round((toldMs + 500 - (askedMs + nowMs()) / 2) / 100) / 10;
  } catch {
    return null;
  }
}
