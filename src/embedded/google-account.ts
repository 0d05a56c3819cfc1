// The account of this machine at Google, for the command line: signing in, showing it, signing out.
import { dataFiles } from '../config/derived-defaults.ts';
import type { Config } from '../config/schema.ts';
import type { GoogleSignedOut, GoogleSignIn } from '../contract/google-sign-in.ts';
import { login, logout, showLogin, type LoginSpec } from '../google/login.ts';

export interface AccountSpec {
  config: Config;
  /** Absent: the one of the configuration, else that of the data directory. */
  tokenFile?: string | undefined;
  signal: AbortSignal;
}

const tokenFileOf = ({ config, tokenFile }: AccountSpec): string =>
  tokenFile ?? config.google.tokenFile ?? dataFiles(config.dataDir).googleTokenFile;

/** Returns when a person has agreed in a browser or on another device. @throws Fault */
export const signInToGoogle = (
  spec: AccountSpec & Pick<LoginSpec, 'clientFile' | 'by'>,
): Promise<GoogleSignIn> =>
  login({
    ...{ tokenFile: tokenFileOf(spec), apiUrl: spec.config.google.apiUrl, signal: spec.signal },
    ...{ clientFile: spec.clientFile, by: spec.by },
  });

export const showGoogleAccount = (spec: AccountSpec): Promise<GoogleSignIn> => showLogin(tokenFileOf(spec));

export const signOutOfGoogle = (spec: AccountSpec): Promise<GoogleSignedOut> =>
  logout({ tokenFile: tokenFileOf(spec), apiUrl: spec.config.google.apiUrl, signal: spec.signal });
