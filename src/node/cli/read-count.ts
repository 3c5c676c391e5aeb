import { UsageError } from './command-errors.ts';
import type { OptionValues } from './command.ts';

/**
 * An option that is a whole number in these bounds.
 * @throws UsageError
 */
export function readCount(values: OptionValues, name: string, least: number, most: number): number | undefined {
  const text = values.text(name);
  if (text === undefined) return undefined;
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(count >= least && count <= most)) throw new UsageError(`--${name} expects a whole number from ${least} to ${most}`);
  return count;
}
