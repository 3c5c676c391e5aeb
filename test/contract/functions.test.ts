import { describe, expect, it } from '#test';
import type { AnyFunction, FunctionInstrument } from '#sdk';
import { recorded } from '../helpers/recorded.ts';

type Instrument = FunctionInstrument<{ readonly name?: string | undefined }>;

/** A query builder: has private fields, and runs only when someone waits for it. */
class Query implements PromiseLike<string> {
  #table: string;
  ran = 0;

  constructor(table: string) {
    this.#table = table;
  }

  from(table: string): this {
    this.#table = table;
    return this;
  }

  then<A = string, B = never>(
    fulfilled?: ((value: string) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.ran += 1;
    return Promise.resolve(`rows of ${this.#table}`).then(fulfilled, rejected);
  }
}

class Cancellable<T> extends Promise<T> {
  cancelled = false;
  cancel(): void {
    this.cancelled = true;
  }
}

for (const [what, kind] of [
  ['traceFunction', 'span'],
  ['profileFunction', 'profile'],
] as const) {
  describe(what, () => {
    function setUp() {
      const test = recorded();
      const instrument: Instrument = kind === 'span' ? test.obs.tracer.traceFunction : test.obs.profiler.profileFunction;
      const failed = (): boolean[] =>
        kind === 'span' ? test.ofKind('span').map(({ status }) => status.code === 'error') : test.ofKind('profile').map((profile) => profile.failed);
      const names = (): string[] => test.ofKind(kind).map(({ name }) => name);
      return { ...test, instrument, failed, names };
    }

    it('keeps this, the arguments and the result', () => {
      const { instrument, names } = setUp();
      const counter = {
        base: 10,
        add: instrument(function add(this: { base: number }, ...values: number[]): number {
          return values.reduce((sum, value) => sum + value, this.base);
        }),
      };
      expect(counter.add(1, 2, 3)).toBe(16);
      expect(counter.add.call({ base: 100 }, 1)).toBe(101);
      expect(names()).toEqual(['add', 'add']);
    });

    it('keeps name, length and own properties', () => {
      const { instrument } = setUp();
      const original = Object.assign(function resize(_width: number, _height: number) {}, { version: 3, [Symbol.for('tag')]: 'x' });
      const wrapped = instrument(original);
      expect(wrapped).not.toBe(original);
      expect(wrapped.name).toBe('resize');
      expect(wrapped.length).toBe(2);
      expect(wrapped.version).toBe(3);
      expect(Reflect.get(wrapped, Symbol.for('tag'))).toBe('x');
    });

    it('keeps new, instanceof, static members and subclasses', () => {
      const { instrument, names } = setUp();
      class Base {
        static kind(): string {
          return 'shape';
        }
      }
      class Shape extends Base {
        static readonly sides = 4;
        readonly width: number;
        readonly target: string;
        constructor(width: number) {
          super();
          this.width = width;
          this.target = new.target.name;
        }
      }
      const Wrapped = instrument(Shape as unknown as AnyFunction) as unknown as typeof Shape;
      const shape = new Wrapped(5);
      expect(shape.width).toBe(5);
      expect(shape.target).toBe('Shape');
      expect(shape).toBeInstanceOf(Shape);
      expect(shape).toBeInstanceOf(Wrapped);
      expect(Wrapped.sides).toBe(4);
      expect(Wrapped.kind()).toBe('shape');

      class Square extends Wrapped {}
      const square = new Square(7);
      expect(square).toBeInstanceOf(Square);
      expect(square.target).toBe('Square');
      expect(names()).toEqual(['Shape', 'Shape']);
    });

    it('rethrows the same error', () => {
      const { instrument, failed } = setUp();
      const error = new Error('broken');
      const wrapped = instrument(() => {
        throw error;
      });
      let caught: unknown;
      try {
        wrapped();
      } catch (thrown) {
        caught = thrown;
      }
      expect(caught).toBe(error);
      expect(failed()).toEqual([true]);
    });

    it('rethrows what is no error, even undefined', () => {
      const { instrument, failed } = setUp();
      const wrapped = instrument(() => {
        throw undefined;
      });
      let thrown = false;
      try {
        wrapped();
      } catch {
        thrown = true;
      }
      expect(thrown).toBe(true);
      expect(failed()).toEqual([true]);
    });

    it('ends with the promise, and gives its value', async () => {
      const { instrument, clock, ofKind } = setUp();
      let finish: (value: string) => void = () => undefined;
      const wrapped = instrument(() => new Promise<string>((resolve) => (finish = resolve)));
      const promise = wrapped();
      clock.advance(40);
      expect(ofKind(kind)).toEqual([]);
      finish('done');
      await expect(promise).resolves.toBe('done');
      expect(ofKind(kind).map(({ duration }) => duration)).toEqual([40]);
    });

    it('counts a promise that is rejected with nothing, once, however many wait for it', async () => {
      const { instrument, failed } = setUp();
      const promise = instrument(async () => Promise.reject(undefined))();
      await expect(Promise.all([promise, promise])).rejects.toBe(undefined);
      expect(failed()).toEqual([true]);
    });

    it('rejects with the same error', async () => {
      const { instrument, failed } = setUp();
      const error = new Error('later');
      const promise = instrument(async () => {
        throw error;
      })();
      await expect(promise).rejects.toBe(error);
      expect(failed()).toEqual([true]);
    });

    it('keeps what a library has hung on its promise', async () => {
      const { instrument, failed } = setUp();
      let cancelled = 0;
      const promise = instrument(() => Object.assign(Promise.resolve(1), { cancel: () => (cancelled += 1) }))();
      promise.cancel();
      expect(cancelled).toBe(1);
      expect(failed()).toEqual([]);
      expect(await promise).toBe(1);
      expect(failed()).toEqual([false]);
    });

    it('follows a native promise where a framework has replaced the global one', async () => {
      const { instrument, failed } = setUp();
      const native = globalThis.Promise;
      class FrameworkPromise<T> extends native<T> {}
      const asynchronous = async (): Promise<string> => 'native';
      globalThis.Promise = FrameworkPromise as unknown as PromiseConstructor;
      let promise: Promise<string>;
      try {
        promise = instrument(asynchronous)();
      } finally {
        globalThis.Promise = native;
      }
      expect(await promise).toBe('native');
      expect(failed()).toEqual([false]);
    });

    it('leaves a query builder as it is, and observes it when someone waits for it', async () => {
      const { instrument, ofKind, clock } = setUp();
      const built = new Query('orders');
      const query = instrument(() => built)();
      expect(query).toBe(built);
      expect(query.from('users')).toBe(built);
      clock.advance(30);
      expect(query.ran).toBe(0);
      expect(ofKind(kind)).toEqual([]);
      expect(await query).toBe('rows of users');
      expect(query.ran).toBe(1);
      expect(ofKind(kind).map(({ duration }) => duration)).toEqual([30]);
      expect(await query.then((rows) => rows.length)).toBe('rows of users'.length);
      expect(ofKind(kind).length).toBe(1);
    });

    it('keeps the methods of a subclass of Promise', async () => {
      const { instrument, failed } = setUp();
      const error = new Error('subclass');
      const promise = instrument(() => new Cancellable<number>((_, reject) => reject(error)))();
      expect(promise).toBeInstanceOf(Cancellable);
      promise.cancel();
      expect(promise.cancelled).toBe(true);
      await expect(promise).rejects.toBe(error);
      expect(failed()).toEqual([true]);
    });

    it('ends with the generator, and passes on what is sent, returned and thrown', () => {
      const { instrument, failed } = setUp();
      const wrapped = instrument(function* count(from: number): Generator<number, string, any> {
        try {
          const sent = yield from;
          yield sent * 2;
          return 'end';
        } catch (error) {
          yield -1;
          throw error;
        }
      });
      const counting = wrapped(5);
      expect(counting.next()).toEqual({ value: 5, done: false });
      expect(counting.next(21)).toEqual({ value: 42, done: false });
      expect(failed()).toEqual([]);
      expect(counting.next(0)).toEqual({ value: 'end', done: true });
      expect(failed()).toEqual([false]);

      expect([...wrapped(1)].length).toBe(2);
      for (const value of wrapped(1)) if (value === 1) break;
      expect(failed()).toEqual([false, false, false]);

      const throwing = wrapped(1);
      throwing.next();
      const error = new Error('sent in');
      expect(throwing.throw(error)).toEqual({ value: -1, done: false });
      expect(() => throwing.next(0)).toThrow(error);
      expect(failed()).toEqual([false, false, false, true]);
    });

    it('ends with the async generator', async () => {
      const { instrument, failed } = setUp();
      const wrapped = instrument(async function* (fails: boolean) {
        yield 1;
        await Promise.resolve();
        if (fails) throw new Error('half way');
        yield 2;
      });
      const values: number[] = [];
      for await (const value of wrapped(false)) values.push(value);
      expect(values).toEqual([1, 2]);
      expect(failed()).toEqual([false]);
      await expect(
        (async () => {
          for await (const value of wrapped(true)) values.push(value);
        })(),
      ).rejects.toThrow('half way');
      expect(values).toEqual([1, 2, 1]);
      expect(failed()).toEqual([false, true]);
    });

    it('counts a generator once, whatever is asked of it after its end', () => {
      const { instrument, failed } = setUp();
      const counting = instrument(function* () {
        yield 1;
        yield 2;
      })();
      counting.next();
      expect(counting.return('early' as never)).toEqual({ value: 'early', done: true });
      expect(counting.next()).toEqual({ value: undefined, done: true });
      expect(() => counting.throw(new Error('late'))).toThrow('late');
      expect(failed()).toEqual([false]);
    });

    it('ends with an async generator that is left early, or told of an error', async () => {
      const { instrument, failed } = setUp();
      const wrapped = instrument(async function* () {
        yield 1;
        yield 2;
      });
      for await (const value of wrapped()) if (value === 1) break;
      expect(failed()).toEqual([false]);
      const told = wrapped();
      await told.next();
      await expect(told.throw(new Error('no'))).rejects.toThrow('no');
      await told.next();
      expect(failed()).toEqual([false, true]);
    });

    it('gives back a proxy that throws at every question', () => {
      const { instrument, failed } = setUp();
      const refuse = (): never => {
        throw new Error('no');
      };
      const proxy = new Proxy({}, { get: refuse, getPrototypeOf: refuse });
      expect(instrument(() => proxy)() === proxy).toBe(true);
      expect(failed()).toEqual([false]);
    });

    it('ends at once with anything else that can be iterated', () => {
      const { instrument, failed } = setUp();
      const values = [1, 2];
      expect(instrument(() => values)()).toBe(values);
      expect(instrument(() => 'text')()).toBe('text');
      expect(failed()).toEqual([false, false]);
    });

    it('is used bare, called without options, and with a name', () => {
      const { instrument, names } = setUp();
      instrument(function bare() {})();
      instrument()(function called() {})();
      instrument({ name: 'given' })(function ignored() {})();
      instrument(() => undefined)();
      expect(names()).toEqual(['bare', 'called', 'given', 'anonymous']);
    });

    it('takes functions from map', () => {
      const { instrument, names } = setUp();
      const wrapped = [function one() {}, function two() {}].map(instrument());
      for (const fn of wrapped) fn();
      expect(names()).toEqual(['one', 'two']);
    });

    it('says at once what is wrong with its options', () => {
      const { instrument } = setUp();
      const wrong = (options: unknown) => () => instrument(options as { name: string });
      expect(wrong({ name: 5, nmae: 'x' })).toThrow(/name: expected a string, received number 5[^]*nmae: .*\(did you mean name\?\)/);
      expect(wrong('work')).toThrow(/expected options, or a function to instrument, received string "work"/);
      expect(() => instrument()(undefined as unknown as AnyFunction)).toThrow(/expected a function or a method to instrument/);
    });

    it('is not changed by what happens to its options later', () => {
      const { instrument, names } = setUp();
      const options = { name: 'before' };
      const wrapped = instrument(options)(() => undefined);
      options.name = 'after';
      wrapped();
      expect(names()).toEqual(['before']);
    });
  });
}

describe('profileFunction', () => {
  it('records its attributes', () => {
    const { obs, ofKind } = recorded();
    obs.profiler.profileFunction({ name: 'job', attributes: { queue: 'mail' } })(() => undefined)();
    obs.profiler.profile('other', () => undefined, { attributes: { queue: 'sms' } });
    expect(ofKind('profile').map(({ attributes }) => attributes['queue'])).toEqual(['mail', 'sms']);
  });

  it('times one call, whose value or error it passes on', () => {
    const { obs, clock, ofKind } = recorded();
    expect(obs.profiler.profile('load', () => (clock.advance(8), 'value'))).toBe('value');
    expect(() =>
      obs.profiler.profile('load', () => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(ofKind('profile').map(({ name, duration, failed }) => ({ name, duration, failed }))).toEqual([
      { name: 'load', duration: 8, failed: false },
      { name: 'load', duration: 0, failed: true },
    ]);
    expect(obs.profiler.getStatistics('load')).toMatchObject({ count: 2, errors: 1, total: 8 });
  });
});

describe('a thenable that is given out again and again', () => {
  class Cached extends Promise<number> {}

  it('is wrapped once, and ends every call that waits', async () => {
    const { obs, ofKind } = recorded();
    const cached = Cached.resolve(1) as Cached;
    const load = obs.tracer.traceFunction(function load() {
      return cached;
    });
    for (let call = 0; call < 20_000; call++) expect(load()).toBe(cached);
    expect(await cached).toBe(1);
    expect(ofKind('span').length).toBe(20_000);
  });
});
