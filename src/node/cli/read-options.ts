import { parseArgs } from 'node:util';
import { UsageError } from './command-errors.ts';
import type { Command, OptionValues } from './command.ts';
import { didYouMean } from './did-you-mean.ts';

/**
 * Reads a command's arguments.
 * @throws UsageError for what the command does not know
 */
export function readOptions(args: readonly string[], command: Command): OptionValues {
  const names = Object.keys(command.options);
  const given = new Map<string, string | true>();
  for (const token of tokensOf(args, command)) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') throw unexpected(token.value, command);
    if (!names.includes(token.name) || !token.rawName.startsWith('--')) throw unknown(token.rawName, names, command);
    if (given.has(token.name)) throw new UsageError(`${token.rawName} was given twice`);
    given.set(token.name, hasValue(command, token.name) ? valueOf(token) : switchedOn(token));
  }
  return {
    text(name) {
      const value = given.get(name);
      return typeof value === 'string' ? value : undefined;
    },
    isOn: (name) => given.has(name),
  };
}

/** Help is never the value of an option: `--filter -h` is a mistake either way. */
export function asksForHelp(args: readonly string[], command: Command): boolean {
  return tokensOf(args, command).some((token) => token.kind === 'option' && isHelp(token.rawName));
}

export function isHelp(argument: string): boolean {
  return argument === '--help' || argument === '-h';
}

function tokensOf(args: readonly string[], command: Command): Tokens {
  const options = Object.fromEntries(Object.keys(command.options).map((name) => [name, { type: hasValue(command, name) ? ('string' as const) : ('boolean' as const) }]));
  // Not strict: its errors would name classes and codes, and suggest nothing.
  return parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

type Tokens = ReturnType<typeof parseArgs<{ readonly strict: false; readonly tokens: true }>>['tokens'];

interface Given {
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function valueOf({ rawName, value, inlineValue }: Given): string {
  // Another option, most likely: the value was forgotten.
  const isForgotten = value === undefined || (inlineValue !== true && value.startsWith('-'));
  if (isForgotten) throw new UsageError(`${rawName} needs a value (one that begins with a dash as ${rawName}=-…)`);
  return value;
}

function switchedOn({ rawName, value }: Given): true {
  if (value !== undefined) throw new UsageError(`${rawName} takes no value`);
  return true;
}

function hasValue(command: Command, name: string): boolean {
  return command.options[name]?.value !== undefined;
}

function unknown(rawName: string, names: readonly string[], { name }: Command): UsageError {
  const hint = didYouMean(rawName.replace(/^-+/, ''), names, '--') ?? `see ${name} --help`;
  return new UsageError(`${name} has no option ${rawName} (${hint})`);
}

function unexpected(argument: string, { name, options }: Command): UsageError {
  const isAddress = 'url' in options && /^https?:/.test(argument);
  // Not repeated: what stands alone by mistake may be a token.
  return new UsageError(isAddress ? `${name} takes the address as --url <address>` : `${name} takes options only; see ${name} --help`);
}
