// Types of the plain JavaScript of bootstrap/, as far as tests call it directly.
declare module '*/bootstrap/npm-packages.js' {
  export function runsTypeScript(version: string): boolean;
  export function lockfileDifference(
    root: string,
    machine?: { platform?: string; arch?: string },
  ): string | undefined;
}
declare module '*/bootstrap/system-packages.js' {
  export function readToolVersion(text: string): number[] | undefined;
  export function isAtLeast(a: readonly number[], b: readonly number[]): boolean;
  export const systemTools: readonly { name: string; debian: string; for: readonly string[] }[];
}
declare module '*/bootstrap/locate.js' {
  export function locateServer(
    tool: 'temporal' | 'mediamtx',
    environment?: Readonly<Record<string, string | undefined>>,
  ): Promise<{ path: string; from: string } | undefined>;
}
declare module '*/bootstrap/complete-lockfile.js' {
  interface Lock {
    packages: Record<string, { version?: string; optionalDependencies?: Record<string, string> }>;
  }
  export function machineOfName(name: string): { os: string[]; cpu?: string[]; libc?: string[] } | undefined;
  export function missingEntries(lock: Lock): Record<string, unknown>;
}
