// Runs a program for the set-up and gives back its output; argv arrays only, never a shell.
import { spawn } from 'node:child_process';

const keptCharacters = 200_000;

/** Runs to the end. Resolves `{ code, output }` with stdout and stderr joined; a program that cannot start has code null. */
export function runCommand(command, args, { cwd, env, timeoutSeconds = 60 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutSeconds * 1000,
      killSignal: 'SIGKILL',
    });
    // A set-up that ends early takes its build along.
    const killChild = () => child.kill('SIGKILL');
    process.once('exit', killChild);
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-keptCharacters);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const settle = (code, text) => {
      process.off('exit', killChild);
      resolve({ code, output: text });
    };
    child.on('error', (error) => settle(null, String(error.message)));
    child.on('close', (code, signal) =>
      signal === null ? settle(code, output) : settle(128, `${output}\nended by ${signal}`),
    );
  });
}

/** The last lines of a program's output, for an error message; addresses are cut to keep private mirrors private. */
export function tail(output, lines = 12) {
  return output
    .trim()
    .split('\n')
    .slice(-lines)
    .map((line) => line.replaceAll(/https?:\/\/[^\s/"']+/g, '<registry>'))
    .join('\n');
}

/** Runs a program in the foreground with our terminal; forwards SIGTERM and SIGHUP; resolves its exit code. */
export function runForeground(command, args, { cwd, env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
    const forward = (signal) => child.kill(signal);
    // Ctrl-C reaches the child from the terminal; we only have to outlive it.
    const ignore = () => {};
    process.on('SIGINT', ignore).on('SIGTERM', forward).on('SIGHUP', forward);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.off('SIGINT', ignore).off('SIGTERM', forward).off('SIGHUP', forward);
      resolve(signal === null ? code : 128 + (signal === 'SIGINT' ? 2 : signal === 'SIGTERM' ? 15 : 9));
    });
  });
}

/** argv of npm: the one that started us when there is one, so that both agree on version and settings. */
export function npmCommand(args) {
  const npm = process.env.npm_execpath;
  return npm?.endsWith('.js') ? [process.execPath, [npm, ...args]] : ['npm', args];
}
