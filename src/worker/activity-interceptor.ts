// The inbound interceptor every activity passes: cancelled means cancelled, whatever the tool threw on its way out.
import type { Context } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { drained, translateError } from '../activities/boundary.ts';

/**
 * Turns any error raised while the activity is cancelled, paused or reset into the CancelledFailure that the server accepts;
 * anything else is refused by it and would hang until the heartbeat time-out. A shutdown becomes a quick retry elsewhere.
 */
export function createActivityInterceptor(context: Context): { inbound: ActivityInboundCallsInterceptor } {
  return {
    inbound: {
      async execute(input, next) {
        try {
          return await next(input);
        } catch (error) {
          if (!context.cancellationSignal.aborted) throw translateError(error);
          if (context.cancellationDetails?.workerShutdown) throw drained();
          return await context.cancelled;
        }
      },
    },
  };
}
