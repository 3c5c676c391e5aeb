import { configurationError, describeValue, wrongOption } from '../configuration-error.ts';
import { hasMethods } from '../has-methods.ts';

/** What an option must be. */
export interface OptionCheck {
  readonly expected: string;
  passes(value: unknown): boolean;
}

// Longer intervals overflow the hosts' timers, which then fire at once.
const longestInterval = 2 ** 31 - 1;

/** Throws one `ConfigurationError` for all wrong options of an operator. */
export function checkOptions(operator: string, options: unknown, checks: Readonly<Record<string, OptionCheck>>): void {
  // Callers without types can forget them.
  if (typeof options !== 'object' || options === null) throw wrongOption(operator, 'an object of options', options);
  const given = Object.entries(checks).map(([name, check]) => ({ path: `${operator}.${name}`, check, value: Reflect.get(options, name) }));
  const wrong = given.filter(({ check, value }) => !check.passes(value));
  if (wrong.length === 0) return;
  throw configurationError(wrong.map(({ path, check: { expected }, value }) => ({ path, expected, received: describeValue(value) })));
}

export function optional({ expected, passes }: OptionCheck): OptionCheck {
  return { expected, passes: (value) => value === undefined || passes(value) };
}

export const aNumber: OptionCheck = { expected: 'a number', passes: isNumber };
export const positive: OptionCheck = { expected: 'a number above 0', passes: (value) => isNumber(value) && value > 0 };
export const share: OptionCheck = {
  expected: 'a number from 0 to 1',
  passes: (value) => isNumber(value) && value >= 0 && value <= 1,
};
export const fromOne: OptionCheck = { expected: 'a number from 1', passes: (value) => isNumber(value) && value >= 1 };
export const fromZero: OptionCheck = {
  expected: 'a number of milliseconds from 0',
  passes: (value) => isNumber(value) && value >= 0,
};
export const count: OptionCheck = {
  expected: 'a whole number from 1',
  passes: (value) => Number.isSafeInteger(value) && isNumber(value) && value >= 1,
};
/** A number of milliseconds at which a host's timer can tick. */
export const interval: OptionCheck = {
  expected: `a number of milliseconds above 0, at most ${longestInterval}`,
  passes: (value) => isNumber(value) && value > 0 && value <= longestInterval,
};
export const aBoolean: OptionCheck = { expected: 'true or false', passes: (value) => typeof value === 'boolean' };
export const aFunction: OptionCheck = { expected: 'a function', passes: (value) => typeof value === 'function' };
export const anObservable: OptionCheck = { expected: 'an Observable', passes: (value) => hasMethods(value, ['subscribe']) };
/** The core has no time of its own: the hosts' entries pass theirs. */
export const aClock: OptionCheck = {
  expected: "a Clock (the package's own entries supply the host's)",
  passes: (value) => hasMethods(value, ['now', 'elapsed', 'every']),
};

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
