import type { Clock } from '../clock.ts';
import type { Collection } from './collection.ts';
import type { LiveFeed } from './live-feed.ts';

export interface ChangingFeedSetup {
  readonly type: LiveFeed['type'];
  readonly clock: Clock;
  readonly every: number;
  readonly collection: Collection;
}

/** What was gathered, whenever it has changed. */
export function createChangingFeed({ type, clock, every, collection }: ChangingFeedSetup): LiveFeed {
  return {
    type,
    start(publish) {
      const release = collection.use();
      let last = collection.read();
      publish(last);
      const subscription = clock.every(every).subscribe(() => {
        const data = collection.read();
        if (data === last) return;
        last = data;
        publish(data);
      });
      return () => {
        subscription.unsubscribe();
        release();
      };
    },
    latest: () => collection.read(),
  };
}
