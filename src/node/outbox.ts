import type { Letter, Posting } from './posting.ts';

/** What the transports of one environment are sending: what of it is left when the process ends. */
export interface Outbox {
  /** The process exits: nothing asynchronous happens any more, and requests only wait here to be taken. */
  readonly exiting: boolean;
  /** The result is called with the answer. */
  add(posting: Posting): () => void;
  /** Resolves when nothing is on its way, and nothing follows. */
  whenIdle(): Promise<void>;
  abortAll(reason: string): void;
  /** From now on nothing can be sent in the usual way. */
  exit(): void;
  /** Everything that would be lost. */
  takeUnsent(): readonly Letter[];
}

export function createOutbox(): Outbox {
  const postings = new Set<Posting>();
  let exiting = false;
  let waiting: (() => void)[] = [];

  /** A turn later: who hears of an answer may send what waited for it. */
  function afterRemoval(): void {
    if (postings.size === 0 && waiting.length > 0) setImmediate(settle);
  }

  function settle(): void {
    if (postings.size > 0) return;
    const settled = waiting;
    waiting = [];
    for (const resolve of settled) resolve();
  }

  return {
    get exiting() {
      return exiting;
    },
    add(posting) {
      postings.add(posting);
      return () => {
        postings.delete(posting);
        afterRemoval();
      };
    },
    whenIdle: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        afterRemoval();
      }),
    abortAll(reason) {
      for (const posting of [...postings]) posting.abort(reason);
    },
    exit() {
      exiting = true;
    },
    takeUnsent() {
      const unsent = [...postings].filter(({ handedOver }) => !handedOver).map(({ letter }) => letter);
      postings.clear();
      return unsent;
    },
  };
}
