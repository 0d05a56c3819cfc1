// Types of server-tools.js for src/embedded; the JavaScript stays plain so that any Node can set a machine up.
export type ServerTool = 'temporal' | 'mediamtx';
export const pinnedVersions: Readonly<Record<ServerTool, string>>;
export const serverTools: Readonly<
  Record<ServerTool, { label: string; pathVariable: string; readVersion(text: string): string | undefined }>
>;
export function homeDir(): string;
export function toolCacheDir(environment: Readonly<Record<string, string | undefined>>): string;
export function cachedToolPath(
  tool: ServerTool,
  environment: Readonly<Record<string, string | undefined>>,
): string;
