import { Subscription } from 'rxjs';
import type { Clock } from '../clock.ts';

/** What is gathered from the stream for all feeds that tell of it. */
export interface Collection {
  readonly isUsed: boolean;
  /** Gathers until the result is called by everybody who called this. */
  use(): () => void;
  /** What is to be told now, as JSON. */
  read(): string;
}

export interface CollectionSetup<T> {
  readonly clock: Clock;
  /** For how long it stays when nobody uses it, in milliseconds: whoever comes back soon finds it. */
  readonly keepFor: number;
  readonly create: () => T;
  /** Fills it until the result is called. */
  readonly fill: (gathered: T) => () => void;
  readonly read: (gathered: T) => string;
}

export function createCollection<T>({ clock, keepFor, create, fill, read }: CollectionSetup<T>): Collection {
  let gathered = create();
  let users = 0;
  let stop = (): void => undefined;
  let forgetting = new Subscription();

  function release(): void {
    users -= 1;
    if (users > 0) return;
    stop();
    forgetting = clock.every(keepFor).subscribe(() => {
      forgetting.unsubscribe();
      gathered = create();
    });
  }

  return {
    get isUsed() {
      return users > 0;
    },
    use() {
      forgetting.unsubscribe();
      users += 1;
      if (users === 1) stop = fill(gathered);
      let isReleased = false;
      return () => {
        if (isReleased) return;
        isReleased = true;
        release();
      };
    },
    read: () => read(gathered),
  };
}
