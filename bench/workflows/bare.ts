// The yardstick of orchestration: a workflow that does nothing but run activities that do nothing.
import { proxyActivities } from '@temporalio/workflow';

export interface BareInput {
  activities: number;
  inFlight: number;
}

const { nothing } = proxyActivities<{ nothing(input: { index: number }): Promise<void> }>({
  startToCloseTimeout: '1m',
});

export async function bare({ activities, inFlight }: BareInput): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < activities) await nothing({ index: next++ });
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}
