// How a camera's workflow is started, by whoever starts it.
import { relayWorkflowId } from './ids.ts';
import { queues } from './queues.ts';
import { searchAttributes } from './search-attributes.ts';

/** Options of a start by a client, beside the signal that comes with it. */
export const relayStart = (cameraId: string) => ({
  workflowId: relayWorkflowId(cameraId),
  taskQueue: queues.main,
  args: [{ cameraId }],
  staticSummary: cameraId,
  typedSearchAttributes: [
    { key: searchAttributes.capability, value: 'restream' },
    { key: searchAttributes.camera, value: cameraId },
    { key: searchAttributes.state, value: 'connecting' },
  ],
});
