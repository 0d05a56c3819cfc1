// How often a camera is tried with a login that it refuses: cameras lock accounts after a few.

/** Refused logins within the window after which nothing is tried until credentials or the row change. */
export const loginsAllowed = 3;
export const loginWindowSeconds = 900;
