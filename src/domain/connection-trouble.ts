// What a connection's error code means, in words that follow the name of the other side.

/** By Node's code; every way in which a source may be out of reach. */
export const connectionTrouble: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses the connection',
  ECONNRESET: 'broke the connection off',
  EPIPE: 'broke the connection off',
  EHOSTUNREACH: 'cannot be reached (no route)',
  ENETUNREACH: 'cannot be reached (no network)',
  ETIMEDOUT: 'does not answer',
  ENOTFOUND: 'has no address: its name does not resolve',
  EAI_AGAIN: 'cannot be resolved now',
};
