// How long a busy source wants to be left alone.

/** The longest wait we accept from a Retry-After header, in seconds; a source that asks for more is asked again after this. */
const capSeconds = 900;

/** Retry-After as seconds from `nowMs` on, capped; undefined when absent or unreadable. */
export function retryAfterSeconds(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - nowMs) / 1000;
  if (Number.isNaN(seconds)) return undefined;
  return Math.min(capSeconds, Math.max(0, Math.ceil(seconds)));
}
