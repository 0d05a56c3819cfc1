// Asks a Temporal server over gRPC whether it serves a namespace, and gives that namespace the search attributes and retention we need.
import { Connection } from '@temporalio/client';
import { Fault } from '../domain/fault.ts';

const secondsOfDay = 86_400;
const callMs = 2_000;

/** Temporal's IndexedValueType numbers by the names that the CLI takes. */
const attributeTypes: Readonly<Record<string, number>> = {
  Text: 1,
  Keyword: 2,
  Int: 3,
  Double: 4,
  Bool: 5,
  Datetime: 6,
  KeywordList: 7,
};

/** `LtPlan=Keyword` lines as a map for the operator API. Throws Fault ConfigInvalid for a type that does not exist. */
export function parseSearchAttributes(attributes: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    attributes.map((attribute) => {
      const [name = '', type = ''] = attribute.split('=');
      const number = attributeTypes[type];
      if (name === '' || number === undefined)
        throw new Fault('ConfigInvalid', `search attribute ${attribute} is not of the form Name=Type`);
      return [name, number];
    }),
  );
}

/** True when the server at `address` answers and serves `namespace`; errors when it does not answer. */
export async function servesNamespace(address: string, namespace: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: callMs });
  try {
    const answer = await connection.withDeadline(Date.now() + callMs, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    return answer.namespaceInfo?.name === namespace;
  } finally {
    await connection.close();
  }
}

/**
 * Adds the missing search attributes and sets the retention of closed workflows, both only where they differ. An older
 * database knows none that were added since: the server registers its start arguments with new namespaces only.
 */
export async function shapeNamespace(spec: {
  address: string;
  namespace: string;
  searchAttributes: readonly string[];
  retentionDays: number;
}): Promise<void> {
  const { address, namespace } = spec;
  const connection = await Connection.connect({ address });
  try {
    const present = await connection.operatorService.listSearchAttributes({ namespace });
    const known = new Set(Object.keys(present.customAttributes ?? {}));
    const missing = spec.searchAttributes.filter((attribute) => !known.has(attribute.split('=')[0]!));
    if (missing.length > 0)
      await connection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: parseSearchAttributes(missing),
      });
    const described = await connection.workflowService.describeNamespace({ namespace });
    const retention = Number(described.config?.workflowExecutionRetentionTtl?.seconds ?? 0);
    if (retention !== spec.retentionDays * secondsOfDay)
      await connection.workflowService.updateNamespace({
        namespace,
        config: { workflowExecutionRetentionTtl: { seconds: spec.retentionDays * secondsOfDay } as never },
      });
  } finally {
    await connection.close();
  }
}
