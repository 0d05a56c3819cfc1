// A Temporal namespace of its own for a test: task queue names are fixed, so namespaces keep tests apart.
import { Connection } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { searchAttributeArgs } from '../../src/contract/search-attributes.ts';
import { shapeNamespace } from '../../src/embedded/temporal-namespace.ts';
import { eventually } from './eventually.ts';

/** Registers it with our search attributes and waits until the server serves it. */
export async function ownNamespace(): Promise<{ address: string; namespace: string }> {
  const address = inject('temporalAddress');
  const namespace = `test-${randomUUID()}`;
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    });
    await eventually(async () => {
      await shapeNamespace({ address, namespace, searchAttributes: searchAttributeArgs, retentionDays: 1 });
      return true;
    });
    await eventually(() =>
      connection.workflowService.listWorkflowExecutions({
        namespace,
        query: 'LtState = "running" and LtMissingSeconds >= 0',
      }),
    );
  } finally {
    await connection.close();
  }
  return { address, namespace };
}
