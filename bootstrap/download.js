// Fetches the official archive of a server and unpacks it. Short time limits: where it does not answer, building is the next way.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
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
  const file = createWriteStream(path);
  try {
    for await (const chunk of response.body) {
      inWindow += chunk.length;
      hash.update(chunk);
      if (!file.write(chunk)) await new Promise((resolve) => file.once('drain', resolve));
    }
    await new Promise((resolve, reject) => file.end((error) => (error ? reject(error) : resolve())));
  } finally {
    clearInterval(watch);
    file.destroy();
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
  const official = officialDownload(tool, process);
  if (official === undefined) throw new Error(`nothing is published for ${process.platform}-${process.arch}`);
  const archive = join(directory, 'archive.tar.gz');
  const sha256 = await fetchTo(official.url, archive);
  if (official.checksums !== undefined && (await publishedSha256(official.checksums)) !== sha256)
    throw new Error('the archive does not match its published checksum');
  const { code, output } = await runCommand('tar', ['-xzf', archive, '-C', directory, tool]);
  if (code !== 0)
    throw new Error(`the archive of ${serverTools[tool].label} cannot be unpacked: ${tail(output, 3)}`);
}
