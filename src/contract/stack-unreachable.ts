// The one way in which a command ends that is no fault of the work: a server that the command needs does not answer.

/** A server of the stack does not answer; `remedy` says how to bring it up. Exit code 3. */
export class StackUnreachable extends Error {
  override readonly name = 'StackUnreachable';
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}
