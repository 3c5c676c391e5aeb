import { configurationError, describeValue } from '../../core/configuration-error.ts';
import { optionIssues } from '../../core/known-options.ts';
import type { StatisticsView } from '../../core/live/statistics-view.ts';
import { count, interval, optional, positive } from '../../core/operators/option-checks.ts';
import type { OptionCheck } from '../../core/operators/option-checks.ts';
import { hasMethods } from '../../core/has-methods.ts';
import { signalKinds } from '../../core/signal.ts';
import type { SignalKind } from '../../core/signal.ts';

/** Options of `liveHandler`. */
export interface LiveHandlerOptions {
  /**
   * What clients must send as `Authorization: Bearer`; several while one takes the place of another. Letters, digits and punctuation,
   * no spaces. Default: none, and then only programs on this machine are answered, by a name of this machine and through no proxy.
   */
  readonly token?: string | readonly string[] | undefined;
  /** Pages elsewhere that may read the stream, by their exact origins (`https://ops.example.com`). Default: none. */
  readonly origins?: readonly string[] | undefined;
  /** How many streams there can be at a time. Default 100. */
  readonly maxClients?: number | undefined;
  /** What the statistics are of. Default: timed calls and responses of the manager. */
  readonly statistics?: StatisticsView | undefined;
  /** Which signals clients may ask for. Default: all. */
  readonly kinds?: readonly SignalKind[] | undefined;
  /** Milliseconds the statistics cover when a client does not say. Default 60 000. */
  readonly window?: number | undefined;
  /** Milliseconds between two frames when a client does not say, at most `window`. Default 1 000. */
  readonly every?: number | undefined;
  /** Bytes that may wait for a client before frames are left out for it. Default 1 048 576. */
  readonly maxBuffered?: number | undefined;
  /** Milliseconds without progress after which a client for which frames are left out is dropped. Default 10 000. */
  readonly dropAfter?: number | undefined;
}

/** As they are used. */
export interface LiveSettings {
  readonly tokens: readonly string[];
  readonly origins: readonly string[];
  readonly maxClients: number;
  readonly statistics: StatisticsView | undefined;
  readonly kinds: readonly SignalKind[];
  readonly window: number;
  readonly every: number;
  readonly maxBuffered: number;
  readonly dropAfter: number;
}

const defaultWindow = 60_000;

export type LiveChecks<O> = Readonly<Record<keyof O & string, OptionCheck>>;

export const liveChecks: LiveChecks<LiveHandlerOptions> = {
  token: optional({
    expected: 'a token of visible ASCII characters, or a list of at least one',
    passes: (value) => isToken(value) || (isListOf(value, isToken) && value.length > 0),
  }),
  origins: optional({ expected: 'a list of origins such as https://ops.example.com', passes: (value) => isListOf(value, isOrigin) }),
  maxClients: optional(count),
  statistics: optional({ expected: 'an object with `watchStatistics`', passes: (value) => hasMethods(value, ['watchStatistics']) }),
  kinds: optional({ expected: `a list of ${signalKinds.join(', ')}`, passes: (value) => isListOf(value, (kind) => signalKinds.includes(kind as SignalKind)) }),
  window: optional(positive),
  every: optional(interval),
  maxBuffered: optional(count),
  dropAfter: optional(interval),
};

/** @throws ConfigurationError naming every wrong option at once; no message tells a token */
export function checkLiveOptions<O extends LiveHandlerOptions>(name: string, options: O, checks: LiveChecks<O>): void {
  const issues = optionIssues(name, options, checks, ['token']);
  if (issues.length === 0) {
    const { every = 0, window = defaultWindow } = options;
    if (every > window) issues.push({ path: `${name}.every`, expected: 'at most `window`', received: describeValue(every) });
  }
  if (issues.length > 0) throw configurationError(issues);
}

/** The options with every default filled in. They have been checked. */
export function liveSettings({ token, origins, maxClients, statistics, kinds, window, every, maxBuffered, dropAfter }: LiveHandlerOptions): LiveSettings {
  return {
    tokens: typeof token === 'string' ? [token] : (token ?? []),
    origins: origins ?? [],
    maxClients: maxClients ?? 100,
    statistics,
    kinds: kinds ?? signalKinds,
    window: window ?? defaultWindow,
    every: every ?? Math.min(1_000, window ?? defaultWindow),
    maxBuffered: maxBuffered ?? 1_048_576,
    dropAfter: dropAfter ?? 10_000,
  };
}

function isListOf(value: unknown, passes: (item: unknown) => boolean): value is readonly unknown[] {
  return Array.isArray(value) && value.every(passes);
}

/** What a header can carry. */
function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,1024}$/.test(value);
}

function isOrigin(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    return /^https?:/.test(value) && new URL(value).origin === value;
  } catch {
    return false;
  }
}
