/** Something `arkhe-observability` can do. */
export interface Command {
  readonly name: string;
  /** A sentence for the list of commands. */
  readonly summary: string;
  /** The options as they are mostly given, for the line of usage: `--url <address>`. */
  readonly usage: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  /** What else its help says, a paragraph each. */
  readonly notes: readonly string[];
  /**
   * Does it. The result is the exit code: 0 when all went well.
   * @throws UsageError, CommandFailure
   */
  run(values: OptionValues, host: CommandHost): Promise<number>;
}

export interface CommandOption {
  readonly summary: string;
  /** What its value is called in the help; an option without it is a switch. */
  readonly value?: string | undefined;
}

/** What was given for the options of a command. */
export interface OptionValues {
  /** Of an option that has a value. */
  text(name: string): string | undefined;
  /** Of a switch. */
  isOn(name: string): boolean;
}

/** Where a command runs: of a process, its own. */
export interface CommandHost {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WritableStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborts when the process is to end; the reason is the exit code. */
  readonly ending: AbortSignal;
  /** As Ctrl-C does, for who has taken the keyboard over. */
  interrupt(): void;
  /** Calls back when the process ends, however it does. The result takes that back. */
  atExit(restore: () => void): () => void;
}
