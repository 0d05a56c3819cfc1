// What is known about the two servers without running anything: pinned versions, cache paths, download addresses, how they print their version.
import { readFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';

/** Pinned versions, one per tool whatever the way it came here. */
export const pinnedVersions = JSON.parse(readFileSync(new URL('./versions.json', import.meta.url), 'utf8'));

/** Per tool: the variable that names its path, how to ask its version, and how to read the answer. */
export const serverTools = {
  temporal: {
    label: 'Temporal CLI',
    pathVariable: 'LONGTAKE_TEMPORAL',
    readVersion: (text) => /temporal version v?(\d+\.\d+\.\d+\S*)/.exec(text)?.[1],
  },
  mediamtx: {
    label: 'MediaMTX',
    pathVariable: 'LONGTAKE_MEDIAMTX',
    readVersion: (text) => /v?(\d+\.\d+\.\d+\S*)/.exec(text)?.[1],
  },
};

/** The user's home even where HOME is unset or empty. */
export function homeDir() {
  return homedir() || userInfo().homedir;
}

/** Where tools are cached per user; `XDG_CACHE_HOME` is honoured when absolute, as its specification says. */
export function toolCacheDir(environment) {
  const base = environment.XDG_CACHE_HOME;
  return join(base?.startsWith('/') ? base : join(homeDir(), '.cache'), 'longtake', 'tools');
}

/** The path at which the pinned version of a tool lies once cached. */
export function cachedToolPath(tool, environment) {
  return join(toolCacheDir(environment), `${tool}-${pinnedVersions[tool]}`, tool);
}

/** Address of the archive for this machine, official or on a mirror of one's own; undefined where none is published. */
export function officialDownload(tool, { platform, arch, mirror }) {
  const goArch = { x64: 'amd64', arm64: 'arm64' }[arch];
  if (goArch === undefined || !['linux', 'darwin'].includes(platform)) return undefined;
  const version = pinnedVersions[tool];
  if (mirror) return { url: `${mirror.replace(/\/$/, '')}/${tool}-${version}-${platform}-${goArch}.tar.gz` };
  if (tool === 'temporal')
    return { url: `https://temporal.download/cli/archive/v${version}?platform=${platform}&arch=${goArch}` };
  const release = `https://github.com/bluenviron/mediamtx/releases/download/v${version}`;
  const name = `mediamtx_v${version}_${platform}_${goArch}.tar.gz`;
  return { url: `${release}/${name}`, checksums: { url: `${release}/checksums.sha256`, name } };
}
