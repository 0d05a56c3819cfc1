// Fetches the official archive of a server and unpacks it. Short time limits: where it does not answer, building is the next way.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { runCommand, tail } from './command.js';
import { officialDownload, serverTools } from './server-tools.js';

const answerSeconds = 8;
const bytesPerSecondAtLeast = 50_000;
const windowSeconds = 10;

/** A response whose headers came in time. */
async function open(url) {
  const abort = new AbortController();
  const timer = setTimeout(
    () => abort.abort(new Error(`no answer within ${answerSeconds} s`)),
    answerSeconds * 1000,
  );
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok) throw new Error(`answered ${response.status}`);
    return { response, abort };
  } catch (error) {
    throw new Error(error.cause?.code ?? error.cause?.message ?? error.message);
  } finally {
    clearTimeout(timer);
  }
}

/** Streams a URL to a file and returns its sha256; gives up on a connection that trickles. */
async function fetchTo(url, path) {
  const { response, abort } = await open(url);
  let inWindow = 0;
  const watch = setInterval(() => {
    if (inWindow < bytesPerSecondAtLeast * windowSeconds) abort.abort(new Error('the download stalled'));
    inWindow = 0;
  }, windowSeconds * 1000);
  const hash = createHash('sha256');
  async function* counted(chunks) {
    for await (const chunk of chunks) {
      inWindow += chunk.length;
      hash.update(chunk);
      yield chunk;
    }
  }
  try {
    await pipeline(response.body, counted, createWriteStream(path));
  } finally {
    clearInterval(watch);
  }
  return hash.digest('hex');
}

async function publishedSha256({ url, name }) {
  const { response } = await open(url);
  const line = (await response.text()).split('\n').find((text) => text.trim().endsWith(name));
  if (line === undefined) throw new Error(`${name} is not in the published checksums`);
  return line.trim().split(/\s+/)[0].toLowerCase();
}

/** Puts the binary of `tool` into `directory`; throws a plain Error that says why not. */
export async function downloadServer(tool, directory) {
  const { platform, arch } = process;
  const official = officialDownload(tool, { platform, arch, mirror: process.env.LONGTAKE_DOWNLOAD_MIRROR });
  if (official === undefined) throw new Error(`nothing is published for ${platform}-${arch}`);
  const archive = join(directory, 'archive.tar.gz');
  const sha256 = await fetchTo(official.url, archive);
  if (official.checksums !== undefined && (await publishedSha256(official.checksums)) !== sha256)
    throw new Error('the archive does not match its published checksum');
  const { code, output } = await runCommand('tar', ['-xzf', archive, '-C', directory, tool]);
  if (code !== 0)
    throw new Error(`the archive of ${serverTools[tool].label} cannot be unpacked: ${tail(output, 3)}`);
}
