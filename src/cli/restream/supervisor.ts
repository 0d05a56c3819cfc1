// `restream run`: what is said of the supervisor while it is kept running, and whether it is well.
import { openTemporal } from '../../client/connect.ts';
import { keepRestream, type SupervisorWord } from '../../client/restream-run.ts';
import type { Config } from '../../config/schema.ts';
import type { relayAsked } from '../../contract/restream.ts';
import type { HealthFinding } from '../../domain/health.ts';
import { printJson } from '../output/json.ts';
import type { Terminal } from '../output/terminal.ts';
import type { Invocation } from '../perform.ts';

export interface KeptSupervisor {
  finding(): HealthFinding;
  /** Resolves when the invocation has been asked to end. */
  ended: Promise<void>;
}

export function keepSupervisor({ terminal, json, signal }: Invocation, config: Config): KeptSupervisor {
  let word: SupervisorWord = { state: 'away', reason: 'It is being started.' };
  const ended = keepRestream({
    open: () => openTemporal(config.temporal),
    signal,
    onWord: (next) => {
      word = next;
      sayRuns({ terminal, json }, next);
      if (next.state !== 'runs') terminal.err(sentenceOf(next));
    },
  });
  return {
    ended,
    finding: () => ({
      name: 'supervisor',
      ...(word.state === 'runs' ? { ok: true } : { ok: false, reason: sentenceOf(word) }),
    }),
  };
}

export function sayRuns(
  { terminal, json }: { terminal: Terminal; json: boolean },
  word: SupervisorWord,
): void {
  if (word.state !== 'runs') return;
  const { workflowId } = word;
  if (json) return printJson<typeof relayAsked>(terminal, { asked: 'run', workflowId });
  terminal.out('Relays are kept up; `longtake restream status` shows them.');
}

function sentenceOf(word: Exclude<SupervisorWord, { state: 'runs' }>): string {
  if (word.state === 'away') return `The supervisor is not reached: ${bare(word.reason)}. It is tried again.`;
  if (word.state === 'ended') return `The supervisor has ended: ${bare(word.reason)}. It is begun again.`;
  return 'The supervisor was cancelled: relays go on, and the list of cameras is not followed. `longtake restream run --detach` begins it again.';
}

const bare = (reason: string): string => reason.replace(/\.$/, '');
