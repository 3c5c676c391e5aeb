import { wrongOption } from '../configuration-error.ts';
import { checkKnownOptions } from '../known-options.ts';
import { interval, optional, positive } from '../operators/option-checks.ts';
import type { WatchOptions } from '../profiling/performance-profiler.ts';

/** How far back a watch of statistics reaches, and how long it is between two maps, in milliseconds. */
export interface WatchTimes {
  readonly window: number;
  readonly every: number;
}

/**
 * The times that a watch asks for: left out, `window` is the one that is given here, and `every` 1 000, or `window` when that is shorter.
 * @throws ConfigurationError for unknown options, for what is no time above 0, and for a `window` below `every`
 */
export function readWatchTimes(options: WatchOptions, defaultWindow: number): WatchTimes {
  checkKnownOptions('watchStatistics', options, { name: optional({ expected: 'a name', passes: () => true }), window: optional(positive), every: optional(interval) });
  const { window = defaultWindow } = options;
  const { every = Math.min(1_000, window) } = options;
  if (window < every) throw wrongOption('watchStatistics.window', `at least \`every\` (${every} ms)`, window);
  return { window, every };
}
