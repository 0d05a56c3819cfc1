// An sshd of its own for a test: fresh host key, one authorized key, loopback only, the user who runs the test.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { onPath } from '../../bootstrap/on-path.js';
import { freePort } from '../../src/embedded/free-ports.ts';
import { startServerProcess } from '../../src/embedded/server-process.ts';
import { answersOnTcp } from './answers-on-tcp.ts';
import { runToSuccess } from './run-to-success.ts';
import { tempDir } from './temp-dir.ts';
import { testRun } from './test-tools.ts';

export interface TestSshd extends AsyncDisposable {
  host: string;
  port: number;
  user: string;
  /** `[127.0.0.1]:port ssh-ed25519 …`, for a known_hosts file. */
  knownHostsLine: string;
  /** File holding that line. */
  knownHostsFile: string;
  /** Private key that may log in. */
  identityFile: string;
  /** Process group of the listening sshd. */
  pid: number;
  stop(): Promise<void>;
}

export interface SshdOptions {
  /** Public key line that may log in besides the generated one. */
  authorizedKey?: string;
  /** Put before the generated key, e.g. `restrict,command="rrsync -wo /dir"`. */
  keyOptions?: string;
  /** Further lines of sshd_config. */
  config?: readonly string[];
}

const host = '127.0.0.1';

function configLines(dir: string, port: number): string[] {
  return [
    `Port ${port}`,
    `ListenAddress ${host}`,
    `HostKey ${join(dir, 'host_key')}`,
    `AuthorizedKeysFile ${join(dir, 'authorized_keys')}`,
    `PidFile ${join(dir, 'sshd.pid')}`,
    'UsePAM no',
    'StrictModes no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'MaxStartups 100',
  ];
}

/** Keys and configuration in `dir`; answers the known_hosts line. */
async function writeFiles(dir: string, port: number, options: SshdOptions): Promise<string> {
  for (const name of ['host_key', 'identity'])
    await runToSuccess(await testRun(), {
      command: 'ssh-keygen',
      args: ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, name)],
    });
  const ownKey = `${options.keyOptions ?? ''} ${await readFile(join(dir, 'identity.pub'), 'utf8')}`.trim();
  await writeFile(join(dir, 'authorized_keys'), `${[ownKey, options.authorizedKey ?? ''].join('\n')}\n`);
  await writeFile(
    join(dir, 'sshd_config'),
    `${[...configLines(dir, port), ...(options.config ?? [])].join('\n')}\n`,
  );
  const [type, key] = (await readFile(join(dir, 'host_key.pub'), 'utf8')).split(' ');
  const knownHostsLine = `[${host}]:${port} ${type} ${key}`;
  await writeFile(join(dir, 'known_hosts'), `${knownHostsLine}\n`);
  return knownHostsLine;
}

/** Starts it; `stop` ends it with its sessions and removes its files. */
export async function startSshd(options: SshdOptions = {}): Promise<TestSshd> {
  const dir = await tempDir();
  try {
    const program = onPath('sshd', {
      path: process.env['PATH'] ?? '',
      more: ['/usr/sbin', '/usr/local/sbin'],
    });
    if (program === undefined) throw new Error('sshd is not installed; run: npm test');
    const port = await freePort(host);
    const knownHostsLine = await writeFiles(dir.path, port, options);
    // sshd as root wants its empty directory to chroot into, which only the system's start script makes.
    if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
    const file = (name: string): string => join(dir.path, name);
    const server = await startServerProcess({
      run: await testRun(),
      label: 'sshd',
      command: program,
      args: ['-D', '-e', '-f', file('sshd_config')],
      logFile: file('sshd.log'),
      isReady: () => answersOnTcp({ host, port }),
      startSeconds: 20,
    });
    const stop = async (): Promise<void> => {
      await server.stop();
      await dir.remove();
    };
    const files = { knownHostsFile: file('known_hosts'), identityFile: file('identity') };
    const address = { host, port, user: userInfo().username, knownHostsLine, ...files };
    return { ...address, pid: server.pid, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await dir.remove();
    throw error;
  }
}
