// Which MediaMTX server carries a camera: weighted rendezvous hashing, so that a server lost or added moves only its own share.
import { sha256Hex } from './sha256.ts';
import { utf8Bytes } from './utf8.ts';

export interface PlacementServer {
  name: string;
  /** Share relative to the others', above 0. */
  weight: number;
}

/**
 * The server with the highest score for this camera; `pinned` when it is among `servers`. Undefined without any server.
 * Score: weight / -ln(h), h the camera's and the server's hash in (0, 1) (Thaler, Ravishankar 1998; weights after Mosharaf 2015).
 */
export function placeOn(
  cameraId: string,
  servers: readonly PlacementServer[],
  pinned?: string,
): string | undefined {
  if (servers.some(({ name }) => name === pinned)) return pinned;
  let best: { name: string; score: number } | undefined;
  for (const { name, weight } of servers) {
    const score = weight / -Math.log(unitHash(`${name}\n${cameraId}`));
    if (!best || score > best.score || (score === best.score && name < best.name)) best = { name, score };
  }
  return best?.name;
}

/** 48 bits of the SHA-256 as a number strictly between 0 and 1. */
function unitHash(text: string): number {
  return (Number.parseInt(sha256Hex(utf8Bytes(text)).slice(0, 12), 16) + 0.5) / 2 ** 48;
}
