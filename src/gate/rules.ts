// Who may do what: relays publish with tokens, everybody else with the account of the right they need.
import { createHash, timingSafeEqual } from 'node:crypto';
import { relayUser, type GateAccount, type GateAccounts } from './accounts.ts';
import type { Ledger } from './ledger.ts';
import type { GateQuestion } from './question.ts';
import { openToken } from './token.ts';

export interface RulesSpec {
  accounts: GateAccounts;
  ledger: Ledger;
  /** Paths of relays begin with it. */
  pathPrefix: string;
  /** Whether live streams may be read without a login; playback never. */
  readWithoutLogin: boolean;
  /** Prefixes of paths that programs of this machine may publish without a login. */
  guestPrefixes: ReadonlySet<string>;
  /** Told of sessions that must end because a newer publisher was let in. */
  onSuperseded: (sessions: readonly string[]) => void;
}

export type Answer =
  | { allowed: true }
  | {
      allowed: false;
      reason: string;
      /** The first question of every RTSP session comes without a login: no news. */
      isOrdinary?: true;
    };

const allowed: Answer = { allowed: true };
const refused = (reason: string): Answer => ({ allowed: false, reason });

/** Answers a question; only a relay's publisher waits for the disk. @throws Fault StorageFault from the ledger */
export function createRules(spec: RulesSpec): (question: GateQuestion) => Answer | Promise<Answer> {
  const { accounts, readWithoutLogin } = spec;
  return (question) => {
    const { action } = question;
    if (action === 'read' && readWithoutLogin) return allowed;
    if (action === 'publish' && isGuest(question, spec.guestPrefixes)) return allowed;
    if (question.user === '' && question.password === '')
      return { ...refused('no login'), ...(/^rtsps?$/.test(question.protocol) ? { isOrdinary: true } : {}) };
    if (action === 'publish' && question.path.startsWith(spec.pathPrefix)) return relay(question, spec);
    if (action === 'publish') return byAccount(question, accounts.publisher);
    if (action === 'read' || action === 'playback') return byAccount(question, accounts.reader);
    return byAccount(question, accounts.api);
  };
}

function isGuest({ user, password, ip, path }: GateQuestion, prefixes: ReadonlySet<string>): boolean {
  if (prefixes.size === 0 || user !== '' || password !== '') return false;
  return ['127.0.0.1', '::1'].includes(ip) && [...prefixes].some((prefix) => path.startsWith(prefix));
}

function byAccount({ user, password }: GateQuestion, account: GateAccount): Answer {
  // Both are always compared, so that the time tells nothing about either.
  const isUser = same(user, account.user);
  const isPassword = same(password, account.password);
  return isUser && isPassword ? allowed : refused('wrong account or password');
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const same = (given: string, expected: string): boolean => timingSafeEqual(digest(given), digest(expected));

async function relay(question: GateQuestion, { accounts, ledger, onSuperseded }: RulesSpec): Promise<Answer> {
  const { user, password, path, protocol, id } = question;
  if (user !== relayUser) return refused('this path takes relays only');
  // Sessions of other protocols have other ids and other ways to end them.
  if (!/^rtsps?$/.test(protocol)) return refused('relays publish by RTSP only');
  const token = openToken({ key: accounts.gateKey, path, token: password });
  if (!token) return refused('the token is not for this path, or not of this gate');
  if (token.expiresAtMs <= Date.now()) return refused('the token has expired');
  const ruling = await ledger.admit({ path, token, session: id ?? undefined });
  if (!ruling.allowed) return ruling;
  if (ruling.superseded.length > 0) onSuperseded(ruling.superseded);
  return allowed;
}
