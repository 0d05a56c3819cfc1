// The closed set of ways in which work can go wrong, as adapters report it; what each one means for retries stands in contract/failures.ts.

/** Every fault type; contract/failures.ts has a row for each, and the compiler insists on it. */
export const faultTypes = [
  'InputInvalid',
  'UnsafeName',
  'ForbiddenUrl',
  'NotFound',
  'AuthRejected',
  'SourceMissing',
  'SourceBusy',
  'SourceUnreachable',
  'SourceStalled',
  'EncoderStalled',
  'MediaUnreadable',
  'GapToleranceExceeded',
  'EncoderFailed',
  'DiskFull',
  'StorageFault',
  'TransferFailed',
  'PeerDropped',
  'GoogleTransient',
  'QuotaExceeded',
  'GonePermanently',
  'Conflict',
  'LeaseHeld',
  'LeaseLost',
  'HostLost',
  'CatalogUnavailable',
  'ToolMissing',
  'ConfigInvalid',
] as const;

export type FaultType = (typeof faultTypes)[number];

/** Facts about a fault for the person who must act. Values are bounded and never hold a secret. */
export interface FaultDetails {
  /** Seconds the other side asked us to wait (Retry-After), or that the next try should wait. */
  retryAfterSeconds?: number;
  exitCode?: number | null;
  /** argv with secrets redacted */
  argv?: readonly string[];
  /** last lines of the tool's stderr, redacted, at most 20 */
  stderrTail?: readonly string[];
  [key: string]: unknown;
}

/** The only error adapters throw on purpose. `message` says what happened to what; the remedy comes from the failure table. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly type: FaultType;
  readonly details: FaultDetails;

  constructor(type: FaultType, message: string, details: FaultDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.type = type;
    this.details = details;
  }
}

/** True for a Fault, optionally of one of the named types. */
export function isFault(error: unknown, ...types: FaultType[]): error is Fault {
  return error instanceof Fault && (types.length === 0 || types.includes(error.type));
}
