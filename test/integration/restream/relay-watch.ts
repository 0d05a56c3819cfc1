// What tests of restream look at and wait for: states in the catalog and in Temporal, pictures at MediaMTX, lengths of histories.
import type { Client } from '@temporalio/client';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { restreamDocumentOf } from '../../../src/client/restream-documents.ts';
import type { Config } from '../../../src/config/schema.ts';
import { relayWorkflowId } from '../../../src/contract/ids.ts';
import type { RelayState } from '../../../src/contract/restream-messages.ts';
import type { RelayDocument } from '../../../src/contract/restream.ts';
import { relayPath } from '../../../src/domain/relay-path.ts';
import type { PathState } from '../../../src/mediamtx/control.ts';
import { eventually } from '../../setup/eventually.ts';
import type { RelayTarget } from './relay-target.ts';

export interface RelayWatch {
  /** As `restream status` shows it. */
  relay(cameraId: string): Promise<RelayDocument>;
  /** The path of a camera, with the server that has it; undefined: none. */
  pathOf(cameraId: string): Promise<(PathState & { target: RelayTarget }) | undefined>;
  /** Waits until each is `live` for operators, and new bytes of it arrive at a server. */
  live(cameraIds: readonly string[], seconds?: number): Promise<void>;
  /** Waits for a state as operators see it. */
  becomes(cameraId: string, state: RelayState, seconds?: number): Promise<RelayDocument>;
  /** Waits until no server has a path of it. */
  down(cameraId: string): Promise<void>;
  /** Ids of running workflows with this LtState; `restream` is the supervisor's. */
  listed(state: string): Promise<string[]>;
  /** Waits until the list of workflows shows it so. */
  shows(cameraId: string, state: RelayState | 'attention' | 'running' | 'paused'): Promise<void>;
  /** Waits until the supervisor asks for attention in these words; answers all that it shows. */
  says(words: string): Promise<string>;
  /** Markdown that the Web UI shows of a workflow. */
  details(workflowId: string): Promise<string>;
  /** Length of the present history of every running workflow. */
  historyLengths(): Promise<Record<string, number>>;
}

/** For `shows` and `details`. */
export const supervisor = 'restream';

const idOf = (cameraId: string): string => (cameraId === supervisor ? supervisor : relayWorkflowId(cameraId));

export function watchRelays(watched: {
  catalog: Catalog;
  client: Client;
  targets: readonly RelayTarget[];
  config: Config;
}): RelayWatch {
  const { catalog, client, targets } = watched;
  const pathName = (cameraId: string): string => relayPath(watched.config.restream.pathPrefix, cameraId);
  const watch: RelayWatch = {
    async relay(cameraId) {
      const { cameras } = await restreamDocumentOf(catalog);
      const found = cameras.find(({ camera }) => camera === cameraId);
      if (!found) throw new Error(`no relay of ${cameraId}`);
      return found;
    },
    async pathOf(cameraId) {
      for (const target of targets) {
        // One that was killed has none.
        const paths = await target.paths().catch(() => []);
        const found = paths.find(({ name }) => name === pathName(cameraId));
        if (found) return { ...found, target };
      }
      return undefined;
    },
    live: (cameraIds, seconds = 60) => allLive({ catalog, targets, pathName }, { cameraIds, seconds }),
    async becomes(cameraId, state, seconds = 60) {
      let last: RelayDocument | undefined;
      return await eventually(
        async () => {
          last = await watch.relay(cameraId);
          if (last.state === state) return last;
          throw new Error(`${cameraId} is not ${state}: ${JSON.stringify(last)}`);
        },
        { seconds },
      );
    },
    down: async (cameraId) =>
      void (await eventually(async () => (await watch.pathOf(cameraId)) === undefined, {
        what: `the end of the path of ${cameraId}`,
      })),
    listed: (state) => listed(client, state),
    shows: async (cameraId, state) =>
      void (await eventually(async () => (await listed(client, state)).includes(idOf(cameraId)), {
        what: `${cameraId} listed as ${state}`,
        seconds: 60,
      })),
    async says(words) {
      await watch.shows(supervisor, 'attention');
      let text = '';
      await eventually(async () => (text = await watch.details(supervisor)).includes(words), {
        what: `attention to “${words}”`,
        seconds: 60,
      });
      return text;
    },
    async details(workflowId) {
      const answer = await client.workflow.getHandle(workflowId).query('__temporal_workflow_metadata');
      return (answer as { currentDetails: string }).currentDetails;
    },
    async historyLengths() {
      const lengths: Record<string, number> = {};
      for await (const { workflowId } of client.workflow.list({ query: 'ExecutionStatus = "Running"' }))
        lengths[workflowId] = (await client.workflow.getHandle(workflowId).describe()).historyLength;
      return lengths;
    },
  };
  return watch;
}

interface Servers {
  catalog: Catalog;
  targets: readonly RelayTarget[];
  pathName: (cameraId: string) => string;
}

async function allLive(
  { catalog, targets, pathName }: Servers,
  { cameraIds, seconds }: { cameraIds: readonly string[]; seconds: number },
): Promise<void> {
  const before = new Map<string, number>();
  await eventually(
    async () => {
      const { cameras } = await restreamDocumentOf(catalog);
      const lists = await Promise.all(targets.map((target) => target.paths().catch(() => [])));
      const paths = new Map(lists.flat().map((path) => [path.name, path]));
      const notYet = cameraIds.filter((id) => {
        const path = paths.get(pathName(id));
        const first = before.get(id) ?? path?.inboundBytes ?? 0;
        // Counting begins anew with each connection.
        before.set(id, Math.min(first, path?.inboundBytes ?? 0));
        const isLive = cameras.some(({ camera, state }) => camera === id && state === 'live');
        return !isLive || !path?.available || path.inboundBytes <= first;
      });
      if (notYet.length === 0) return true;
      const shown = cameras.filter(({ camera }) => notYet.includes(camera)).slice(0, 5);
      throw new Error(`${notYet.length} not live after ${seconds} s: ${notYet[0]}, ${JSON.stringify(shown)}`);
    },
    { seconds },
  );
}

async function listed(client: Client, state: string): Promise<string[]> {
  const query = `LtCapability = "restream" and LtState = "${state}" and ExecutionStatus = "Running"`;
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
  return ids.sort();
}
