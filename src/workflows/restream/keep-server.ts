// The keeper of one MediaMTX server: one activity for as long as the catalog names the server.
import { condition, makeContinueAsNewFunc, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { refresh } from '../../contract/restream-messages.ts';
import { shownWhole, markdownTable } from '../../domain/markdown.ts';
import { live } from '../proxies.ts';
import { sessionIsLong } from '../session.ts';
import { pauseSeconds, runLive } from './live-run.ts';

export interface RestreamServerInput {
  server: string;
  /** As in RelayInput. */
  sessionEvents?: number;
}

/** A `refresh` that meets the end of the activity begins it again: the catalog may name the server anew. */
export async function restreamServer(input: RestreamServerInput): Promise<void> {
  const { server } = input;
  let isAsked = true;
  setHandler(refresh, () => void (isAsked = true));
  const where =
    'its cameras are the workflows `restream/<camera>`; `longtake restream status` has all figures';
  setCurrentDetails(shownWhole(markdownTable(['MediaMTX server', server], [['Relays', where]])));
  const isDue = (): boolean => sessionIsLong(input);
  while (isAsked) {
    if (isDue()) await makeContinueAsNewFunc<typeof restreamServer>()(input);
    isAsked = false;
    const { answered, wasDue } = await runLive({ start: () => live.keepServer({ server }), isDue });
    if (answered) continue;
    isAsked = true;
    if (!wasDue) await condition(isDue, pauseSeconds * 1000);
  }
}
