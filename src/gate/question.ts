// What MediaMTX asks its HTTP authentication server, as far as the gate reads it.
import { z } from 'zod';

/**
 * Measured with MediaMTX 1.20.1. RTSP publisher: asked at ANNOUNCE, first without a login, then with it, both with the id of the session;
 * never again, neither at RECORD nor at a PAUSE and another RECORD. RTSP reader: asked at DESCRIBE without and with a login, then at SETUP
 * under another id; never again while it reads. Control API, metrics, playback: asked at each request, id null. A refused login is
 * answered after 2 to 4 s; a gate that does not answer counts as a refusal. `token` repeats the password.
 */
export const gateQuestion = z.object({
  user: z.string(),
  password: z.string(),
  ip: z.string(),
  action: z.enum(['publish', 'read', 'playback', 'api', 'metrics', 'pprof']),
  path: z.string(),
  protocol: z.string(),
  /** Of the session that asks. */
  id: z.string().nullish(),
});
export type GateQuestion = z.infer<typeof gateQuestion>;
