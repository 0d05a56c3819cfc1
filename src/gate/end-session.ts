// Ends sessions of older publishers through the Control API, because MediaMTX asks at ANNOUNCE alone: one that was let in earlier could
// begin to publish an hour later and throw the newer one out (measured with 1.20.1).
import { setTimeout as delay } from 'node:timers/promises';
import type { GateAccount } from './accounts.ts';

export interface EndSessionSpec {
  /** `http://host:port` of the Control API. */
  apiUrl: string;
  account: GateAccount;
  session: string;
  /** Between two tries; 1 s when absent. */
  pauseMs?: number;
}

const tries = 5;
const kinds = ['rtspsessions', 'rtspssessions'];

/** True when the session is over, or was already; false when the server did not answer as it should, five times. */
export async function endSession({
  apiUrl,
  account,
  session,
  pauseMs = 1000,
}: EndSessionSpec): Promise<boolean> {
  const { user, password } = account;
  const headers = { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const statuses = await Promise.all(
      kinds.map((kind) => statusOf(`${apiUrl}/v3/${kind}/kick/${encodeURIComponent(session)}`, headers)),
    );
    // 404: no such session. A server without RTSPS answers 404 for all of that kind.
    if (statuses.every((status) => status === 200 || status === 404)) return true;
    if (attempt < tries) await delay(pauseMs);
  }
  return false;
}

async function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  try {
    const answer = await fetch(url, { method: 'POST', headers, signal: AbortSignal.timeout(5000) });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return undefined;
  }
}
