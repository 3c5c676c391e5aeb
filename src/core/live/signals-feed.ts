import type { Observable } from 'rxjs';
import type { Clock } from '../clock.ts';
import type { Signal, SignalKind } from '../signal.ts';
import type { LiveFeed } from './live-feed.ts';
import { SignalShare } from './signal-share.ts';

export interface SignalsFeedSetup {
  readonly signals$: Observable<Signal>;
  readonly kinds: readonly SignalKind[];
  readonly clock: Clock;
  readonly every: number;
}

const maxSignals = 100;
const maxCharacters = 65_536;

/** The signals of some kinds, or a share of them, since the last frame. */
export function createSignalsFeed({ signals$, kinds, clock, every }: SignalsFeedSetup): LiveFeed {
  return {
    type: 'signals',
    start(publish) {
      const share = new SignalShare(kinds, maxSignals, maxCharacters);
      const subscription = clock.every(every).subscribe(() => {
        const shown = share.take();
        if (shown !== undefined) publish(`{"signals":[${shown.texts.join(',')}],"leftOut":${shown.leftOut}}`);
      });
      subscription.add(signals$.subscribe((signal) => share.add(signal)));
      return () => subscription.unsubscribe();
    },
    latest: () => undefined,
  };
}
