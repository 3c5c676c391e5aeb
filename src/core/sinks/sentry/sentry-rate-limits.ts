import type { Clock } from '../../clock.ts';
import { retryAfter } from '../../http/retry-after.ts';
import type { HttpResponse } from '../../transport.ts';

/** For how long Sentry wants no more of a kind of data. */
export interface SentryRateLimits {
  /** Takes in what an answer says. */
  note(response: HttpResponse): void;
  /** Milliseconds until events may be sent; 0: now. */
  waitForEvents(): number;
  /** The same for what comes with them. */
  waitForAttachments(): number;
}

/** Where an answer 429 names no time, in milliseconds. */
const UNNAMED = 60_000;
/** One that lasts for ever is a mistake: then it is asked again. In milliseconds. */
const LONGEST = 86_400_000;

const everything = '';

/** https://develop.sentry.dev/sdk/expected-features/rate-limiting/ */
export function createSentryRateLimits(clock: Clock): SentryRateLimits {
  /** When each kind may be sent again, on the monotonic clock. */
  const until = new Map<string, number>();

  function limit(category: string, milliseconds: number): void {
    until.set(category, Math.max(until.get(category) ?? 0, clock.elapsed() + Math.min(milliseconds, LONGEST)));
  }

  function wait(...categories: readonly string[]): number {
    return Math.max(0, ...[everything, ...categories].map((category) => (until.get(category) ?? 0) - clock.elapsed()));
  }

  return {
    note({ status, headers }) {
      const quotas = quotasIn(headers['x-sentry-rate-limits'] ?? '');
      if (quotas.length > 0) {
        for (const { categories, milliseconds } of quotas) for (const category of categories) limit(category, milliseconds);
      } else if (status === 429) {
        limit(everything, retryAfter(headers['retry-after'], clock.now()) ?? UNNAMED);
      }
    },
    waitForEvents: () => wait('error', 'default'),
    waitForAttachments: () => wait('attachment'),
  };
}

interface Quota {
  readonly categories: readonly string[];
  readonly milliseconds: number;
}

const known: ReadonlySet<string> = new Set([everything, 'error', 'default', 'attachment']);

/** `60:error;default:organization, 2700::key`: seconds, and what they are for; nothing: for everything. Only what is sent here is kept. */
function quotasIn(header: string): readonly Quota[] {
  const quotas = header.split(',').map((quota) => quota.trim());
  return quotas.filter(Boolean).map((quota) => {
    const [seconds = '', categories = everything] = quota.split(':');
    const milliseconds = /^\d{1,9}$/.test(seconds) ? Number(seconds) * 1_000 : UNNAMED;
    return { categories: categories.split(';').filter((category) => known.has(category)), milliseconds };
  });
}
