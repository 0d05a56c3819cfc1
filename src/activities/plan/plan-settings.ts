// The numbers of a stored plan that its workflows decide by.
import type { PlanSettings } from '../../contract/plan-messages.ts';
import type { PlanSpec } from '../../contract/plan.ts';

export const settingsOf = (spec: PlanSpec): PlanSettings => ({
  steps: spec.steps,
  gapToleranceSeconds: spec.gapToleranceSeconds,
  maxDownloadAttempts: spec.maxDownloadAttempts,
  gapThresholdSeconds: spec.gapThresholdSeconds,
  tolerateIncomplete: spec.tolerateIncomplete,
  gapMode: spec.gapMode,
  waitForEnd: spec.waitForEnd,
  keepSegments: spec.keepSegments,
  force: spec.force,
  priorityKey: spec.priorityKey,
  ...(spec.target === undefined ? {} : { target: spec.target }),
});
