import { UsageError } from './command-errors.ts';
import type { OptionValues } from './command.ts';

const milliseconds: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
// Longer ones overflow the hosts' timers, which then fire at once.
const LONGEST = 2 ** 31 - 1;

/**
 * An option that is a duration, in milliseconds: `500ms`, `1s`, `2m`, `1h`, or plain milliseconds.
 * @throws UsageError
 */
export function readDuration(values: OptionValues, name: string): number | undefined {
  const text = values.text(name);
  if (text === undefined) return undefined;
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const duration = number === '' ? Number.NaN : Number(number) * (milliseconds[unit] ?? Number.NaN);
  if (!(duration > 0 && duration <= LONGEST)) throw new UsageError(`--${name} expects a duration above 0, e.g. 500ms, 1s or 2m`);
  return duration;
}
