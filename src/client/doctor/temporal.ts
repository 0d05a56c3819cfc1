// Checks of the Temporal server: connection, namespace, search attributes, and workers on the queues.
import { onHost, queues } from '../../contract/queues.ts';
import { searchAttributeArgs } from '../../contract/search-attributes.ts';
import { openTemporal, type TemporalDoor, type TemporalSettings } from '../connect.ts';
import { type Check, fail, type Finding, pass, warn } from './check.ts';

export interface TemporalAsk {
  settings: TemporalSettings;
  /** False: nobody said where Temporal is, so its absence is no fault of this machine. */
  expected: boolean;
  /** Hosts that hold files, from the catalog. */
  liveHosts: () => Promise<string[]>;
}

/** One connection for all of them; rows after a failed connection are left out. */
export const temporalChecks = (ask: TemporalAsk): Check[] => [
  { area: 'temporal', name: 'server', look: () => lookAtTemporal(ask) },
];

async function lookAtTemporal(ask: TemporalAsk): Promise<Finding[]> {
  let door: TemporalDoor;
  try {
    door = await openTemporal(ask.settings);
  } catch (error) {
    const finding = error instanceof Error ? error.message : String(error);
    if (!ask.expected)
      return [warn('No stack runs here.', 'Start one with `longtake up`, or set TEMPORAL_ADDRESS.')];
    return [fail(finding, 'Start the server, or correct TEMPORAL_ADDRESS and the TLS settings.')];
  }
  try {
    const namespace = await lookAtNamespace(door);
    if (namespace.result === 'fail') return [pass(`${door.address} answers.`), namespace];
    return [
      pass(`${door.address} answers.`),
      namespace,
      await lookAtAttributes(door),
      ...(await lookAtQueues(door, ask)),
    ];
  } finally {
    await door.close();
  }
}

async function lookAtNamespace({ client, namespace }: TemporalDoor): Promise<Finding> {
  try {
    const { config } = await client.workflowService.describeNamespace({ namespace });
    const days = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / 86_400;
    return {
      name: 'namespace',
      ...pass(`${namespace} exists; ended workflows stay readable for ${days} days.`),
    };
  } catch {
    const remedy = `Make it: temporal operator namespace create --namespace ${namespace}`;
    return { name: 'namespace', ...fail(`There is no namespace ${namespace}.`, remedy) };
  }
}

async function lookAtAttributes({ client, namespace }: TemporalDoor): Promise<Finding> {
  const name = 'search attributes';
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
  const missing = searchAttributeArgs.filter(
    (attribute) => !(attribute.split('=', 1)[0]! in (customAttributes ?? {})),
  );
  if (missing.length === 0) return { name, ...pass(`All ${searchAttributeArgs.length} are registered.`) };
  const commands = missing.map((attribute) => {
    const [attributeName, type] = attribute.split('=');
    return `temporal operator search-attribute create --namespace ${namespace} --name ${attributeName} --type ${type}`;
  });
  return { name, ...fail(`Missing: ${missing.join(', ')}.`, commands.join(' && ')) };
}

// Task queue types of the Temporal API.
const workflowTasks = 1;
const activityTasks = 2;

async function lookAtQueues(door: TemporalDoor, { liveHosts }: TemporalAsk): Promise<Finding[]> {
  const hosts = await liveHosts().catch(() => []);
  const wanted: { queue: string; type: number }[] = [
    { queue: queues.main, type: workflowTasks },
    { queue: queues.main, type: activityTasks },
    { queue: queues.download, type: activityTasks },
    ...hosts.flatMap((host) =>
      [queues.download, queues.media, queues.transfer].map((queue) => ({
        queue: onHost(queue, host),
        type: activityTasks,
      })),
    ),
  ];
  const unserved: string[] = [];
  for (const { queue, type } of wanted) if (!(await isPolled(door, { queue, type }))) unserved.push(queue);
  const name = 'workers';
  if (unserved.length === 0) return [{ name, ...pass(`All ${wanted.length} queues are served.`) }];
  const remedy = 'Start a worker: `longtake up`, or `longtake worker` on a host of the fleet.';
  return [{ name, ...warn(`Nobody serves ${[...new Set(unserved)].join(', ')}.`, remedy) }];
}

async function isPolled(
  { client, namespace }: TemporalDoor,
  { queue, type }: { queue: string; type: number },
): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: queue },
    taskQueueType: type,
  });
  return (pollers?.length ?? 0) > 0;
}
