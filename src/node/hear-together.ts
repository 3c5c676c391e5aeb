/**
 * One listening for whoever wants to hear, of any manager and any copy of this package in the process: Node warns of more than ten
 * listeners. `listen` begins with the first and gives back its undo, which is called after the last. The result stops hearing.
 */
export function hearTogether<T>(what: string, listen: (tell: (told: T) => void) => () => void, hear: (told: T) => void): () => void {
  const key = Symbol.for(`@arkhe/observability/${what}/1`);
  const listening: Listening<T> = Reflect.get(globalThis, key) ?? begin(key, listen);
  // The same function may be given twice.
  const hearer = (told: T): void => hear(told);
  listening.hearers.add(hearer);
  return () => {
    if (!listening.hearers.delete(hearer) || listening.hearers.size > 0) return;
    Reflect.deleteProperty(globalThis, key);
    listening.stop();
  };
}

/** What the copies of this package share. */
interface Listening<T> {
  readonly hearers: Set<(told: T) => void>;
  readonly stop: () => void;
}

function begin<T>(key: symbol, listen: (tell: (told: T) => void) => () => void): Listening<T> {
  const hearers = new Set<(told: T) => void>();
  function tell(told: T): void {
    for (const hear of [...hearers]) {
      try {
        hear(told);
      } catch {
        // Of another copy. What is thrown where errors are heard of ends the process in another way than the error would.
      }
    }
  }
  const listening: Listening<T> = { hearers, stop: listen(tell) };
  Reflect.defineProperty(globalThis, key, { value: listening, configurable: true });
  return listening;
}
