// One set-up at a time makes a tool: two clones of a user that start together share the work instead of doing it twice.
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { toolCacheDir } from './server-tools.js';

function pidLives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Takes `path` as a lock of this process; false while another living one has it. Saves double work; renaming finished directories keeps it right anyway. */
function tryLock(path) {
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const holder = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
    if (!pidLives(holder)) rmSync(path, { force: true });
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Runs `work` while no other set-up of this user works on `name`; makes the cache directory. */
export async function whileAlone({ name, say }, work) {
  const cache = toolCacheDir(process.env);
  mkdirSync(cache, { recursive: true });
  const lock = join(cache, `.${name}.lock`);
  let waited = false;
  while (!tryLock(lock)) {
    if (!waited) say('another set-up of this user is at it, waiting');
    waited = true;
    await delay(500);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}
