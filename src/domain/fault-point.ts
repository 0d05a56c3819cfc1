// The hook by which a kill test stops a process at a named instant; in production nobody passes one.

/** Called with the name of the step that begins or has ended, for example `publish.media-rename.before`. */
export type FaultPoint = (name: string) => void | Promise<void>;
