// The keeper of one MediaMTX server: one activity for as long as the catalog names the server.
import { setCurrentDetails } from '@temporalio/workflow';
import { shownWhole, markdownTable } from '../../domain/markdown.ts';
import { live } from '../proxies.ts';

export async function restreamServer({ server }: { server: string }): Promise<void> {
  const where =
    'its cameras are the workflows `restream/<camera>`; `longtake restream status` has all figures';
  setCurrentDetails(shownWhole(markdownTable(['MediaMTX server', server], [['Relays', where]])));
  await live.keepServer({ server });
}
