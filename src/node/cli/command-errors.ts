/** The command line makes no sense. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/** The command could not do what it was asked to. The message is all that is said. */
export class CommandFailure extends Error {
  override readonly name: string = 'CommandFailure';
}
