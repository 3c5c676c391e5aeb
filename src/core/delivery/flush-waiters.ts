/** Those who wait until nothing is pending up to a signal's number. */
export interface FlushWaiters {
  readonly some: boolean;
  wait(last: number): Promise<void>;
  /** Everything before this number has its end. */
  settle(oldestPending: number): void;
}

export function createFlushWaiters(): FlushWaiters {
  let waiters: { readonly last: number; readonly resolve: () => void }[] = [];

  return {
    get some() {
      return waiters.length > 0;
    },
    wait: (last) => new Promise((resolve) => waiters.push({ last, resolve })),
    settle(oldestPending) {
      const done = waiters.filter(({ last }) => last < oldestPending);
      if (done.length === 0) return;
      waiters = waiters.filter(({ last }) => last >= oldestPending);
      for (const { resolve } of done) resolve();
    },
  };
}
