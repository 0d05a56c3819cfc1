// Types of pinned-env.js for tests.
export function readEnvFile(path: string | URL): Record<string, string>;
export const pinnedEnv: Readonly<Record<string, string>>;
