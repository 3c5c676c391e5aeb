/** How a call ended; told once. */
export type CallEnded = (failed: boolean, error?: unknown) => void;
/** Runs a piece of the call, e.g. with a span active. */
export type Around = <R>(piece: () => R) => R;

/**
 * Runs a call and tells how it ended: when it returned or threw, when its promise settled, or when its generator finished. The
 * result is the call's own, except that a promise is one chained to it (so an unhandled rejection stays one) and a generator one
 * that reads it. Any other thenable, e.g. a query builder, keeps its methods and is observed only when its `then` is called.
 */
export function followCall<T>(call: () => T, ended: CallEnded, around: Around = asItIs): T {
  let result: T;
  try {
    result = around(call);
  } catch (error) {
    ended(true, error);
    throw error;
  }
  return followResult(result, ended, around);
}

/** The same from where the call has returned. */
export function followResult<T>(result: T, ended: CallEnded, around: Around = asItIs): T {
  if ((typeof result !== 'object' && typeof result !== 'function') || result === null) {
    ended(false);
    return result;
  }
  // Before its tag, which takes long to find.
  if (isUsualPromise(result)) return followPromise(result as T & Promise<unknown>, ended) as T;
  const tag = tagOf(result);
  if (tag === '[object Promise]' && isPlainPromise(result)) return followPromise(result, ended) as T;
  if (tag === '[object Generator]') return followGenerator(result as T & Generator, once(ended), around);
  if (tag === '[object AsyncGenerator]') return followAsyncGenerator(result as T & AsyncGenerator, once(ended), around);
  if (!followThen(result, ended)) ended(false);
  return result;
}

function asItIs<R>(piece: () => R): R {
  return piece();
}

/** A generator that has finished can be asked again and again. */
function once(ended: CallEnded): CallEnded {
  let over = false;
  return (failed, error) => {
    if (over) return;
    over = true;
    ended(failed, error);
  };
}

/** Not by `Symbol.iterator`: arrays and strings have that too. */
function tagOf(value: object): string {
  try {
    return Object.prototype.toString.call(value);
  } catch {
    // A getter of the application.
    return '';
  }
}

function isUsualPromise(value: object): boolean {
  try {
    return Object.getPrototypeOf(value) === Promise.prototype;
  } catch {
    // A proxy of the application.
    return false;
  }
}

/** A subclass has methods of its own that a chained promise would lose. */
function isPlainPromise(value: object): value is Promise<unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  // The second: what an async function returns where a framework has replaced the global `Promise`. An `await` of such a promise
  // passes over a `then` of its own.
  return prototype === Promise.prototype || prototype === Object.getPrototypeOf((async () => undefined)());
}

function followPromise<T>(promise: Promise<T>, ended: CallEnded): Promise<T> {
  const followed = promise.then(
    (value) => {
      ended(false);
      return value;
    },
    (error: unknown) => {
      ended(true, error);
      throw error;
    },
  );
  // What a library has hung on it, e.g. a method to cancel it.
  if (hasOwnKeys(promise)) Object.defineProperties(followed, Object.getOwnPropertyDescriptors(promise));
  return followed;
}

/** Engines remember that there are none where `Object.keys` makes a list each time. */
function hasOwnKeys(object: object): boolean {
  for (const key in object) if (Object.hasOwn(object, key)) return true;
  return false;
}

/** Who waits for a thenable that was followed before: a cached promise is given out again and again. */
const listenersKey = Symbol.for('@arkhe/observability/listeners');
/** Most calls that wait for one thenable; those beyond count as ended. */
const maxListeners = 1_000;

type Then = (fulfilled?: unknown, rejected?: unknown, ...rest: unknown[]) => unknown;

/** False when there is no `then` to observe. */
function followThen(value: object, ended: CallEnded): boolean {
  try {
    const then: unknown = Reflect.get(value, 'then');
    if (typeof then !== 'function') return false;
    const known = Reflect.get(then, listenersKey) as Set<CallEnded> | undefined;
    if (known !== undefined) {
      if (known.size >= maxListeners) return false;
      known.add(ended);
      return true;
    }
    const listeners = new Set([ended]);
    const tell: CallEnded = (failed, error) => {
      const waiting = [...listeners];
      listeners.clear();
      for (const listener of waiting) listener(failed, error);
    };
    const observed: Then = function (this: unknown, fulfilled, rejected, ...rest) {
      const onFulfilled = (result: unknown): unknown => {
        tell(false);
        return typeof fulfilled === 'function' ? fulfilled(result) : result;
      };
      const onRejected = (error: unknown): unknown => {
        tell(true, error);
        if (typeof rejected === 'function') return rejected(error);
        throw error;
      };
      return Reflect.apply(then, this, [onFulfilled, onRejected, ...rest]);
    };
    Reflect.set(observed, listenersKey, listeners);
    // On the object itself: a proxy would have another identity and no private fields.
    return Reflect.defineProperty(value, 'then', { value: observed, configurable: true, writable: true });
  } catch {
    // A getter of the application.
    return false;
  }
}

/** The methods of the generator, observed, on an object that is otherwise like it. */
function followGenerator<G extends Generator>(generator: G, ended: CallEnded, around: Around): G {
  function step(run: () => IteratorResult<unknown, unknown>): IteratorResult<unknown, unknown> {
    try {
      const result = around(run);
      if (result.done === true) ended(false);
      return result;
    } catch (error) {
      ended(true, error);
      throw error;
    }
  }
  return likewise(generator, {
    next: (...sent: [] | [unknown]) => step(() => generator.next(...sent)),
    return: (value: unknown) => step(() => generator.return(value)),
    throw: (error: unknown) => step(() => generator.throw(error)),
  });
}

function followAsyncGenerator<G extends AsyncGenerator>(generator: G, ended: CallEnded, around: Around): G {
  async function step(run: () => Promise<IteratorResult<unknown, unknown>>): Promise<IteratorResult<unknown, unknown>> {
    try {
      const result = await around(run);
      if (result.done === true) ended(false);
      return result;
    } catch (error) {
      ended(true, error);
      throw error;
    }
  }
  return likewise(generator, {
    next: (...sent: [] | [unknown]) => step(() => generator.next(...sent)),
    return: (value: unknown) => step(() => generator.return(value)),
    throw: (error: unknown) => step(() => generator.throw(error)),
  });
}

function likewise<G extends object>(generator: G, methods: object): G {
  return Object.assign(Object.create(Object.getPrototypeOf(generator)), methods);
}
