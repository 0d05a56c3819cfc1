// Every message of restream for people and other services, and what it does. The reference is generated from here.
import type { MessageDoc } from './message-docs.ts';

export type RestreamMessageDoc = MessageDoc<'restream' | 'restreamCamera'>;

/** What workflows and workers say to each other is left out. */
export const restreamMessageDocs: readonly RestreamMessageDoc[] = [
  {
    workflow: 'restream',
    kind: 'signal',
    name: 'pause',
    does: 'Takes all relays down until `resume`. The list of cameras is still followed, and a worker that restarts brings none back.',
  },
  { workflow: 'restream', kind: 'signal', name: 'resume', does: 'Brings all relays back after a pause.' },
  {
    workflow: 'restream',
    kind: 'signal',
    name: 'serversChanged',
    does: 'Looks at the MediaMTX servers of the catalog at once, and moves the cameras that another server should carry. Those that stay are not touched.',
  },
  {
    workflow: 'restream',
    kind: 'signal',
    name: 'acceptList',
    does: 'The list of cameras is right as it is now: every camera that is missing from it is taken down, however many there are. For after `attention` has said that too many vanished at once. While the list cannot be read the word waits for the next one that can.',
  },
  {
    workflow: 'restream',
    kind: 'query',
    name: 'status',
    does: 'Whether all relays are paused, the servers that have a keeper, and `attention`: what a person should look at, absent when all is well.',
  },
  {
    workflow: 'restreamCamera',
    kind: 'signal',
    name: 'refresh',
    does: 'Reads the row of the camera and its server anew, and connects with them; the picture is interrupted. A stopped relay stays down.',
  },
  {
    workflow: 'restreamCamera',
    kind: 'signal',
    name: 'restart',
    does: 'Connects anew, now, whatever wait was left; also brings a stopped relay back. Refused logins stay counted.',
  },
  {
    workflow: 'restreamCamera',
    kind: 'signal',
    name: 'stop',
    does: 'Takes this relay down until `restart`. It stays down over restarts of workers and changes of its row.',
  },
  {
    workflow: 'restreamCamera',
    kind: 'signal',
    name: 'credentialsChanged',
    does: 'Forgets refused logins and connects anew with the credentials that are stored. A stopped relay stays down.',
  },
  {
    workflow: 'restreamCamera',
    kind: 'update',
    name: 'setEngine',
    input: { engine: 'ffmpeg' },
    takes:
      '`engine`: `pull` (MediaMTX fetches the camera itself) or `ffmpeg` (a process of ours publishes it); anything else is refused and changes nothing.',
    does: 'Switches this relay to another engine, over its row and the configuration, and keeps to it. Answers the engine.',
  },
  {
    workflow: 'restreamCamera',
    kind: 'query',
    name: 'relay',
    does: 'State and last report: source without credentials, server, address for viewers, codecs, restarts, the last failure. Figures are those of the last change of state; `longtake restream status` has fresh ones.',
  },
];

/** Workflow ids that stand in the lines to copy. */
export const restreamMessageIds: Readonly<Record<RestreamMessageDoc['workflow'], string>> = {
  restream: 'restream',
  restreamCamera: 'restream/cam-1',
};
