// The console of the process, as the application calls it. `vitest` prints what tests print: each test has its own, silent.
import { format } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import pino from 'pino';
import { createObservability, memorySink, pinoStream } from '#sdk';
import type { ObservabilityOptions, Sink } from '#sdk';
import { consoleCalls } from '../../../src/node/sources/console-calls.ts';
import { recorded, recordingOf } from '../../helpers/recorded.ts';

const methods = ['trace', 'debug', 'log', 'info', 'warn', 'error'] as const;
const real = methods.map((method) => Object.getOwnPropertyDescriptor(console, method)!);

/** What reached the console below. */
let printed: (readonly unknown[])[] = [];
const undo: (() => unknown)[] = [];

beforeEach(() => {
  printed = [];
  for (const method of methods) {
    const print = (...args: unknown[]): string => (printed.push([method, ...args]), `result of ${method}`);
    Object.defineProperty(console, method, { value: print, writable: true, configurable: true, enumerable: true });
  }
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
  methods.forEach((method, index) => Object.defineProperty(console, method, real[index]!));
});

function observed(options: ObservabilityOptions = {}) {
  const all = recorded({ sources: [consoleCalls()], ...options });
  undo.push(() => all.obs.shutdown());
  return { ...all, messages: () => all.ofKind('log').map(({ message }) => message) };
}

/** With sinks of its own. */
function sending(...sinks: readonly Sink[]) {
  const obs = createObservability({ sources: [consoleCalls()], sinks });
  undo.push(() => obs.shutdown());
  return { obs, ...recordingOf(obs) };
}

describe('a call of the console', () => {
  it.each([
    ['trace', 'trace', 1],
    ['debug', 'debug', 5],
    ['log', 'info', 9],
    ['info', 'info', 9],
    ['warn', 'warn', 13],
    ['error', 'error', 17],
  ] as const)('of %s is a log signal at %s, and is printed as before', (method, level, severityNumber) => {
    const { only } = observed();
    const object = { id: 7 };
    expect(console[method]('order %s', 'placed', object)).toBe(`result of ${method}`);
    expect(printed).toEqual([[method, 'order %s', 'placed', object]]);
    expect(printed[0]![3]).toBe(object);
    expect(only('log')).toMatchObject({ name: 'console', message: 'order placed {"id":7}', level, severityNumber });
    expect(only('log').eventId).toMatch(/^[0-9a-f]{32}$/);
  });

  it('has the trace and the request it was made in', async () => {
    const { obs, ofKind, only } = observed();
    await obs.traceRequest('GET', '/orders', {}, async () => {
      await Promise.resolve();
      console.log('inside');
    });
    console.log('outside');
    const { trace } = only('span');
    const { requestId } = only('request');
    expect(ofKind('log').map((log) => [log.message, log.trace?.spanId, log.requestId])).toEqual([
      ['inside', trace.spanId, requestId],
      ['outside', undefined, undefined],
    ]);
  });

  it('is told where tracing is off', () => {
    const { obs, messages } = observed({ tracing: { enabled: false } });
    console.log('said');
    expect(messages()).toEqual(['said']);
    expect(obs.ledger().emitted).toBe(1);
  });

  it('with an error has it as an exception', () => {
    const { only } = observed();
    console.error('checkout failed', new TypeError('no card', { cause: new Error('declined') }), 7);
    expect(only('log').message).toBe('checkout failed TypeError: no card 7');
    expect(only('log').attributes).toMatchObject({ 'exception.type': 'TypeError', 'exception.message': 'no card' });
    expect(only('log').attributes['exception.stacktrace']).toContain('console-calls.test.ts');
    expect(only('log').attributes['exception.stacktrace']).toContain('Caused by: Error: declined');
  });

  it('without one has no attributes of its own', () => {
    const { obs, ofKind } = observed();
    console.log('said', { id: 7 });
    obs.logger.info('said');
    const [heard, logged] = ofKind('log');
    expect(heard!.attributes).toEqual(logged!.attributes);
  });

  it('is redacted as every signal is', () => {
    const { only } = observed();
    console.log('connecting to postgres://user:s3cr3t@db/shop', { password: 'hunter2' });
    expect(only('log').message).not.toMatch(/s3cr3t|hunter2/);
    expect(printed[0]).toContainEqual({ password: 'hunter2' });
  });

  it('is one signal where one method calls another', () => {
    const below = console.error;
    console.trace = (...args) => below.call(console, 'Trace:', ...args);
    const traced = console.trace;
    console.trace = function (this: Console, ...args) {
      // As Node has it.
      this.error(...args);
      return traced(...args);
    };
    const { messages } = observed();
    console.trace('said');
    expect(messages()).toEqual(['said']);
  });

  it('that throws is no signal, and throws', () => {
    console.log = () => {
      throw new Error('the terminal is gone');
    };
    const { messages } = observed();
    expect(() => console.log('said')).toThrow('the terminal is gone');
    console.info('after');
    expect(messages()).toEqual(['after']);
  });
});

describe('the message', () => {
  function message(...args: readonly unknown[]): string {
    const { only } = observed();
    console.log(...args);
    return only('log').message;
  }

  it.each<readonly [string, readonly unknown[]]>([
    ['nothing', []],
    ['a text', ['said']],
    ['a text with a percent sign', ['100 %']],
    ['a text alone with specifiers', ['%s %% %d']],
    ['several', ['a', 'b', 1, true, null, undefined, 5n, -0, Number.NaN]],
    ['numbers first', [1, 'a', '%s', 'b']],
    ['%s', ['%s is %s, %s', 'a', 1, 'b', 'c']],
    ['%s of what is no text', ['%s %s %s %s', undefined, null, 5n, true]],
    ['%d', ['%d %d %d %d', '5.5', 7, 'x', 9n]],
    ['%i', ['%i %i %i', '5.9', 7.9, 'x']],
    ['%f', ['%f %f %f', '5.5', 7.25, 'x']],
    ['%d of a symbol', ['%d', Symbol('x')]],
    ['%j', ['%j', { a: [1, 'b', null] }]],
    ['%c', ['%cred%c plain', 'color: red', '']],
    ['%%', ['%d%% of %s', 50, 'all']],
    ['too few values', ['%s %s %d', 'a']],
    ['no specifiers', ['%x %', 1, 'a']],
    ['a specifier in a value', ['%s %s', '%s', 'a']],
  ])('of %s is that of util.format', (_, args) => {
    expect(message(...args)).toBe(format(...args));
  });

  it('has objects in short, as JSON', () => {
    expect(message('%o %O %s', { a: 1 }, [1, 2], { b: 2 }, new Map([['k', 'v']]), new Date(0))).toBe(
      '{"a":1} [1,2] {"b":2} {"k":"v"} 1970-01-01T00:00:00.000Z',
    );
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(message(circular)).toBe('{"self":"[circular]"}');
  });

  it('is bounded', () => {
    const started = performance.now();
    const big = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, 'x'.repeat(10_000)]));
    expect(message('%j '.repeat(2_000), ...Array.from({ length: 20_000 }, () => big)).length).toBeLessThan(4_200);
    expect(message('x'.repeat(10_000_000), 'y').length).toBeLessThan(4_200);
    expect(message(...Array.from({ length: 10_000 }, () => big)).length).toBeLessThan(4_200);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('never throws, whatever is printed', () => {
    const hostile = (): unknown[] => [
      new Proxy({}, { get: () => { throw new Error('no'); }, ownKeys: () => { throw new Error('no'); } }),
      { get a() { throw new Error('no'); } },
      { toString() { throw new Error('no'); }, valueOf() { throw new Error('no'); } },
      { toJSON() { throw new Error('no'); } },
      Object.create(null),
      Object.assign(new Error('x'), { stack: 7, message: null }),
      Symbol('x'),
      () => undefined,
    ];
    const { messages, health } = observed();
    console.log(...hostile());
    for (const specifier of 'sdifjoOc') console.log(`%${specifier}`.repeat(8), ...hostile());
    expect(messages()).toHaveLength(9);
    expect(health).toEqual([]);
  });
});

describe('nothing goes round', () => {
  const quiet = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  };

  it('from a sink that prints, at once and later', async () => {
    let writes = 0;
    const { obs, ofKind } = sending({
      name: 'printing',
      async write(batch) {
        writes += 1;
        console.log(`sending ${batch.length}`);
        await quiet();
        console.log('sent');
      },
    });
    console.log('said');
    for (let time = 0; time < 3; time++) await obs.flush();
    expect(ofKind('log').map(({ message }) => message)).toEqual(['said']);
    expect([writes, printed.length]).toEqual([1, 3]);
    expect(obs.ledger().emitted).toBe(1);
  });

  it('between two managers whose sinks print', async () => {
    const prints = (name: string): Sink => ({ name, write: (batch) => console.log(name, batch.length) });
    const [one, other] = [sending(prints('one')), sending(prints('other'))];
    console.log('said');
    for (let time = 0; time < 3; time++) await Promise.all([one.obs.flush(), other.obs.flush()]);
    expect([...one.ofKind('log'), ...other.ofKind('log')].map(({ message }) => message)).toEqual(['said', 'said']);
    expect(printed).toHaveLength(3);
  });

  it("from the SDK's own console sink", async () => {
    const obs = createObservability({ sources: (defaults) => [...defaults, consoleCalls()], environment: 'development' });
    undo.push(() => obs.shutdown());
    const { ofKind } = recordingOf(obs);
    obs.tracer.startSpan('work', () => obs.logger.warn('careful'));
    console.log('said');
    for (let time = 0; time < 3; time++) await obs.flush();
    await obs.shutdown();
    expect(ofKind('log').map(({ message }) => message)).toEqual(['careful', 'said']);
    expect(printed.filter(([, text]) => String(text).includes('careful'))).not.toEqual([]);
  });

  it.each([
    ['at once', (say: () => void) => say()],
    ['in a microtask', (say: () => void) => void Promise.resolve().then(say)],
    ['later', (say: () => void) => void setImmediate(say)],
  ])('from a subscriber that prints what it is told, %s', async (_, when) => {
    const { obs, messages } = observed();
    let told = 0;
    obs.logs$.subscribe((log) => {
      told += 1;
      if (told < 100) when(() => console.log('I was told', log.message));
    });
    console.log('said');
    await quiet();
    expect(messages()).toEqual(['said']);
    expect(printed).toHaveLength(2);
  });

  it('from a subscriber of other signals that prints them later', async () => {
    const { obs, messages } = observed();
    obs.signals$.subscribe(async ({ kind }) => {
      await quiet();
      if (printed.length < 100) console.log('a signal', kind);
    });
    obs.tracer.startSpan('work', () => undefined);
    await quiet();
    await quiet();
    await quiet();
    expect(messages()).toEqual(['a signal span']);
  });

  it('from what is printed', () => {
    const { messages } = observed();
    console.log('said', {
      get a() {
        console.log('from a getter');
        return 1;
      },
    });
    expect(messages()).toEqual(['said {"a":1}']);
    console.log('after');
    expect(messages()).toEqual(['said {"a":1}', 'after']);
  });
});

describe('the console', () => {
  const now = (): unknown => methods.map((method) => Object.getOwnPropertyDescriptor(console, method));

  it('is as it was when the manager is shut down', async () => {
    const before = now();
    const { obs, messages } = observed();
    expect(now()).not.toEqual(before);
    await obs.shutdown();
    expect(now()).toEqual(before);
    console.log('after');
    expect(messages()).toEqual([]);
    expect(printed).toEqual([['log', 'after']]);
  });

  it('is heard by each of two managers, and by one when the other is gone', async () => {
    const [one, other] = [observed(), observed()];
    console.log('both');
    await one.obs.shutdown();
    console.log('one');
    expect([one.messages(), other.messages()]).toEqual([['both'], ['both', 'one']]);
    expect(printed).toHaveLength(2);
  });

  it('is not touched unless it is named', () => {
    const before = now();
    const obs = createObservability({ sinks: [memorySink()] });
    undo.push(() => obs.shutdown());
    expect(now()).toEqual(before);
  });

  it('that is locked is said, and left as it was', () => {
    Object.defineProperty(console, 'warn', { configurable: true, writable: false, value: Object.getOwnPropertyDescriptor(console, 'warn')!.value });
    const frozen = Object.create(console) as Console;
    for (const method of methods) Object.defineProperty(frozen, method, { value: console[method], enumerable: true });
    Object.freeze(frozen);
    const global = console;
    const before = Object.getOwnPropertyDescriptors(frozen);
    Object.defineProperty(globalThis, 'console', { value: frozen, configurable: true, writable: true });
    try {
      const { health } = observed();
      expect(health).toMatchObject([{ type: 'source-failed', name: 'consoleCalls' }]);
      expect(Object.getOwnPropertyDescriptors(frozen)).toEqual(before);
    } finally {
      Object.defineProperty(globalThis, 'console', { value: global, configurable: true, writable: true });
    }
  });

  it('without some of its methods is heard by the others', () => {
    Reflect.deleteProperty(console, 'debug');
    const { messages, health } = observed();
    console.log('said');
    expect([messages(), health]).toEqual([['said'], []]);
  });
});

describe('a subscriber that logs about what it gets', () => {
  it('is told once for each signal of elsewhere, and not about that', () => {
    const obs = createObservability({ environment: 'production', sinks: [], sources: [consoleCalls()] });
    const messages: string[] = [];
    obs.logs$.subscribe(({ message }) => {
      messages.push(message);
      console.log(`saw ${message}`);
    });
    obs.logger.info('one');
    console.log('two');
    expect(messages).toEqual(['one', 'saw one', 'two']);
    return obs.shutdown();
  });

  it('is told with pino, too', () => {
    const obs = createObservability({ environment: 'production', sinks: [], sources: [] });
    const logger = pino(pinoStream({ obs }));
    const told: string[] = [];
    obs.signals$.subscribe((signal) => {
      told.push(signal.kind === 'log' ? signal.message : signal.name);
      logger.info(`saw ${signal.name}`);
    });
    obs.tracer.startSpan('work', () => undefined);
    logger.info('hello');
    expect(told).toEqual(['work', 'saw work', 'hello']);
    return obs.shutdown();
  });
});
