import { ConfigurationError } from '../../core/configuration-error.ts';
import { VERSION } from '../../core/version.ts';
import { CommandFailure, UsageError } from './command-errors.ts';
import type { Command, CommandHost } from './command.ts';
import { didYouMean } from './did-you-mean.ts';
import { exitCodes } from './exit-codes.ts';
import { escapeControls } from './escape-controls.ts';
import { commandHelp, generalHelp, program } from './help.ts';
import { asksForHelp, isHelp, readOptions } from './read-options.ts';

/** Does what the arguments say. The result is the exit code; whatever goes wrong is one line on stderr. */
export async function runCommandLine(args: readonly string[], commands: readonly Command[], host: CommandHost): Promise<number> {
  try {
    return await dispatch(args, commands, host);
  } catch (error) {
    const isUsage = error instanceof UsageError || error instanceof ConfigurationError;
    const message = error instanceof Error ? error.message : String(error);
    const isForeseen = isUsage || error instanceof CommandFailure;
    host.stderr.write(`${program}: ${isForeseen ? '' : 'unexpectedly: '}${escapeControls(message)}\n`);
    return isUsage ? exitCodes.wrongUsage : exitCodes.failed;
  }
}

async function dispatch(args: readonly string[], commands: readonly Command[], host: CommandHost): Promise<number> {
  const [name, ...rest] = args;
  const about = name === 'help' ? rest[0] : undefined;
  if (about !== undefined) return print(commandHelp(find(about, commands)));
  if (name === undefined || name === 'help' || isHelp(name)) return print(generalHelp(commands));
  if (name === '--version' || name === '-v') return print(VERSION);
  if (name.startsWith('-')) throw new UsageError(`${name.split('=')[0]} comes before a command; see ${program} --help`);
  const command = find(name, commands);
  if (asksForHelp(rest, command)) return print(commandHelp(command));
  return command.run(readOptions(rest, command), host);

  function print(text: string): number {
    host.stdout.write(`${text}\n`);
    return exitCodes.fine;
  }
}

function find(name: string, commands: readonly Command[]): Command {
  const found = commands.find((command) => command.name === name);
  if (found !== undefined) return found;
  const names = commands.map((command) => command.name);
  const hint = didYouMean(name, [...names, 'help']) ?? `the commands are ${names.join(', ')}`;
  throw new UsageError(`there is no command "${name}" (${hint})`);
}
