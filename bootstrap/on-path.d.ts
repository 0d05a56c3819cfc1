// Types of on-path.js for src/embedded.
export function isExecutable(path: string): boolean;
export function onPath(
  name: string,
  search?: { path?: string; more?: readonly string[] },
): string | undefined;
