// `google login`, `show` and `logout`.
import { resolve } from 'node:path';
import type { googleSignedOut, googleSignIn, GoogleSignIn } from '../../contract/google-sign-in.ts';
import { Fault } from '../../domain/fault.ts';
import { showGoogleAccount, signInToGoogle, signOutOfGoogle } from '../../embedded/google-account.ts';
import { printJson } from '../output/json.ts';
import type { Invocation } from '../perform.ts';
import { numberOf } from '../plan/request.ts';
import { configOf } from '../session.ts';

/** How long a person may take with the browser. */
const browserMinutes = 10;

export async function logInToGoogle(invocation: Invocation): Promise<void> {
  const { terminal, flags, json, signal } = invocation;
  const fileOf = (name: string): string | undefined =>
    typeof flags[name] === 'string' ? resolve(flags[name]) : undefined;
  const by = flags['device'] === true ? byDevice(invocation) : byBrowser(invocation);
  const config = await configOf(invocation);
  const signedIn = await signInToGoogle({
    ...{ config, signal, by, clientFile: fileOf('client'), tokenFile: fileOf('out') },
  });
  if (json) return printJson<typeof googleSignIn>(terminal, signedIn);
  terminal.out(signInText(signedIn));
  if (fileOf('out')) terminal.out(`Workers use it with google.tokenFile: ${signedIn.tokenFile}`);
}

export async function showGoogle(invocation: Invocation): Promise<void> {
  const { terminal, json, signal } = invocation;
  const signedIn = await showGoogleAccount({ config: await configOf(invocation), signal });
  if (json) printJson<typeof googleSignIn>(terminal, signedIn);
  else terminal.out(signInText(signedIn));
}

export async function logOutOfGoogle(invocation: Invocation): Promise<void> {
  const { terminal, json, signal } = invocation;
  const ended = await signOutOfGoogle({ config: await configOf(invocation), signal });
  if (json) return printJson<typeof googleSignedOut>(terminal, ended);
  const atGoogle = ended.revoked
    ? 'the permission is taken back'
    : 'Google had forgotten the permission before';
  terminal.out(`Signed out: ${atGoogle}, ${ended.tokenFile} is removed.`);
}

/** What a person must do goes to stderr, so that `--json` stays one document. */
function byBrowser({ terminal, flags }: Invocation) {
  const onAddress = ({ url, port }: { url: string; port: number }): void => {
    terminal.err(`Open this address in a browser within ${browserMinutes} minutes:\n\n${url}\n`);
    terminal.err(`It comes back to 127.0.0.1:${port} of this machine. Ctrl-C gives up.`);
  };
  return { kind: 'browser' as const, onAddress, port: portOf(flags), waitSeconds: browserMinutes * 60 };
}

function byDevice({ terminal, flags }: Invocation) {
  if (flags['port'] !== undefined)
    throw new Fault('InputInvalid', '--port belongs to the browser’s way; --device needs none.');
  const onCode = ({
    url,
    userCode,
    expiresSeconds,
  }: {
    url: string;
    userCode: string;
    expiresSeconds: number;
  }) => {
    terminal.err(`On any device open ${url} and type ${userCode} within ${expiresSeconds / 60} minutes.`);
    terminal.err(
      'Google lets devices ask for files of our own alone: no calendars, no courses, no folders that people made.',
    );
  };
  return { kind: 'device' as const, onCode };
}

function portOf(flags: Invocation['flags']): number {
  const problems: string[] = [];
  const port = numberOf({ flags, name: 'port', problems }) ?? 0;
  if (problems.length > 0 || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Fault('InputInvalid', '--port takes a number from 1 to 65535.');
  return port;
}

function signInText({ tokenFile, account, scopes, missing }: GoogleSignIn): string {
  const short = (scope: string): string => scope.replace('https://www.googleapis.com/auth/', '');
  return [
    `Signed in as ${account ?? 'an account that Google did not name'}; the token lies in ${tokenFile}.`,
    `Allowed: ${scopes.map(short).join(', ') || 'not noted in the file'}.`,
    ...missing.map(({ scope, without }) => `Not allowed: ${short(scope)}; ${without}.`),
  ].join('\n');
}
