import type { Clock } from '../clock.ts';
import type { Ledger } from '../ledger.ts';
import { jsonText } from './json-text.ts';
import type { LiveFeed } from './live-feed.ts';

export interface LedgerFeedSetup {
  readonly ledger: () => Ledger;
  readonly clock: Clock;
  readonly every: number;
}

/** The account of the stream, when it has changed. */
export function createLedgerFeed({ ledger, clock, every }: LedgerFeedSetup): LiveFeed {
  let last: string | undefined;
  const frameOf = (account: string | undefined): string => `{"time":${clock.now()},"ledger":${account}}`;

  return {
    type: 'ledger',
    start(publish) {
      last = jsonText(ledger());
      publish(frameOf(last));
      const subscription = clock.every(every).subscribe(() => {
        const account = jsonText(ledger());
        if (account === last) return;
        last = account;
        publish(frameOf(account));
      });
      return () => subscription.unsubscribe();
    },
    // Not remembered: whoever was there before has not been told of it.
    latest: () => frameOf(jsonText(ledger())),
  };
}
