import type { Command, CommandOption } from './command.ts';

/** What the user types. */
export const program = 'arkhe-observability';

const WIDTH = 80;

/** What there is. */
export function generalHelp(commands: readonly Command[]): string {
  return [
    `Usage: ${program} <command> [options]`,
    '',
    'Commands:',
    ...rows(commands.map(({ name, summary }) => [name, summary])),
    '',
    'Options:',
    ...rows([
      ['--help', 'this text; of a command, its options'],
      ['--version', 'the version of the package'],
    ]),
    '',
    `${program} help <command> says more about one.`,
  ].join('\n');
}

/** All about one. */
export function commandHelp({ name, summary, usage, options, notes }: Command): string {
  return [
    `Usage: ${program} ${name} ${usage}`,
    '',
    ...wrap(summary, WIDTH),
    '',
    'Options:',
    ...rows([...Object.entries(options).map(([option, about]): [string, string] => [flag(option, about), about.summary]), ['--help', 'this text']]),
    ...notes.flatMap((note) => ['', ...wrap(note, WIDTH)]),
  ].join('\n');
}

function flag(name: string, { value }: CommandOption): string {
  return value === undefined ? `--${name}` : `--${name} <${value}>`;
}

/** Two columns, the second one wrapped. */
function rows(entries: readonly (readonly [string, string])[]): string[] {
  const left = Math.max(...entries.map(([term]) => term.length));
  return entries.flatMap(([term, text]) =>
    wrap(text, WIDTH - left - 4).map((line, index) => `  ${(index === 0 ? term : '').padEnd(left)}  ${line}`),
  );
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
