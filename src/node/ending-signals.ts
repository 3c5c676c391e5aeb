/** Other copies of this package in the process know each other's listeners by it. */
const mark: unique symbol = Symbol.for('@arkhe/observability/ending') as never;

export interface EndingSignalsSetup {
  /** Writes what is queued. Called first, whoever else listens. `isEnd`: nobody does, so the process ends. */
  readonly leave: (isEnd: boolean) => void;
  /** Resolves when that was answered, or need not be waited for any longer. Keeps the process alive meanwhile. */
  readonly answered: () => Promise<void>;
}

/**
 * SIGTERM and SIGINT. Without a listener of the host the process ends by the signal, as it would have, only later. With one it is
 * the host that decides. The result stops listening.
 */
export function watchEndingSignals(setup: EndingSignalsSetup): () => void {
  const stops = (['SIGTERM', 'SIGINT'] as const).map((signal) => watch(signal, setup));
  return () => {
    for (const stop of stops) stop();
  };
}

function watch(signal: NodeJS.Signals, { leave, answered }: EndingSignalsSetup): () => void {
  let stopped = false;

  function listen(): void {
    if (!stopped && !process.listeners(signal).includes(hear)) process.prependListener(signal, hear);
  }

  /** A host that ends itself by the signal takes its own listener away first. With ours back, it gets here once more. */
  function hearRemoval(event: string | symbol, listener: (...args: unknown[]) => void): void {
    if (event === signal && !(mark in listener) && process.listenerCount(signal) === 0) listen();
  }

  const hear = Object.assign(
    (): void => {
      // Libraries that end the process when theirs is the only listener shall not count this one. And while the host has none, a second
      // signal ends the process at once.
      process.off(signal, hear);
      const decided = process.listenerCount(signal) > 0;
      if (decided) process.on('removeListener', hearRemoval);
      leave(!decided);
      if (decided) {
        process.nextTick(() => {
          process.off('removeListener', hearRemoval);
          listen();
        });
      } else {
        void answered().then(() => {
          // The next copy of this package, if there is one.
          const heard = process.listenerCount(signal) > 0;
          process.kill(process.pid, signal);
          // Still here though nobody hears it: the first process of a container ignores such signals.
          if (!heard) setImmediate(listen);
        });
      }
    },
    { [mark]: true },
  );

  listen();
  return () => {
    stopped = true;
    process.off(signal, hear);
  };
}
