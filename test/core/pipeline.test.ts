import { concatMap, delayWhen, filter, finalize, map, merge, Observable, startWith, Subject, tap } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { createDiagnostics } from '../../src/core/diagnostics.ts';
import type { Health } from '../../src/core/diagnostics.ts';
import { LedgerBook } from '../../src/core/ledger.ts';
import type { Ledger } from '../../src/core/ledger.ts';
import { createPipeline } from '../../src/core/pipeline.ts';
import type { Pipeline } from '../../src/core/pipeline.ts';
import { createRedactor } from '../../src/core/redaction/redactor.ts';
import type { Redactor } from '../../src/core/redaction/redactor.ts';
import type { Signal } from '../../src/core/signal.ts';
import { createTestClock } from '../../src/core/testing/test-clock.ts';
import { logSignal, metricSignal, spanSignal, traceOf } from '../helpers/signals.ts';

type SignalOperator = OperatorFunction<Signal, Signal>;

interface Bench {
  readonly pipeline: Pipeline;
  readonly book: LedgerBook;
  readonly health: Health[];
  /** The names of what reached the router. */
  readonly routed: string[];
  readonly routedSignals: Signal[];
  emit(...signals: readonly (string | Signal)[]): void;
}

function setUp(operators: readonly SignalOperator[] = [], redactor: Redactor = createRedactor()): Bench {
  const book = new LedgerBook();
  const diagnostics = createDiagnostics(createTestClock());
  const health: Health[] = [];
  diagnostics.health$.subscribe((trouble) => health.push(trouble));
  const routed: string[] = [];
  const routedSignals: Signal[] = [];
  const route = (signal: Signal): void => {
    routed.push(signal.name);
    routedSignals.push(signal);
    book.route();
    expectBalance(book.read());
  };
  const pipeline = createPipeline({ book, diagnostics, isSampled: ({ trace }) => trace?.sampled !== false, route }, { operators, redactor });
  const emit = (...signals: readonly (string | Signal)[]): void => {
    for (const signal of signals) {
      book.emit();
      pipeline.push(typeof signal === 'string' ? metricSignal({ name: signal }) : signal);
      expectBalance(book.read());
    }
  };
  return { pipeline, book, health, routed, routedSignals, emit };
}

function expectBalance({ emitted, added, routed, held, filtered }: Ledger): void {
  const left = Object.values(filtered).reduce((sum, count) => sum + count, 0);
  expect(routed + left + held).toBe(emitted + added);
}

const renamed = (suffix: string): SignalOperator => map((signal) => ({ ...signal, name: `${signal.name}${suffix}` }));

describe('the way of a signal', () => {
  it('leads through the operators in their order, then to the tap, then to the router', () => {
    const steps: string[] = [];
    const bench = setUp([renamed('1'), tap(({ name }) => steps.push(`operator ${name}`)), renamed('2')]);
    bench.pipeline.signals$.subscribe(({ name }) => steps.push(`tap ${name}, routed ${bench.routed.length}`));
    bench.emit('a');
    expect(steps).toEqual(['operator a1', 'tap a12, routed 0']);
    expect(bench.routed).toEqual(['a12']);
  });

  it('is redacted after the operators and before the tap: what an operator adds is redacted too', () => {
    const seen: unknown[] = [];
    const adding: SignalOperator = map((signal) => ({ ...signal, attributes: { ...signal.attributes, password: 'hunter2' } }));
    const raw: unknown[] = [];
    const bench = setUp([tap((signal) => raw.push(signal.attributes['api_key'])), adding]);
    bench.pipeline.signals$.subscribe((signal) => seen.push(signal.attributes));
    bench.emit(metricSignal({ attributes: { api_key: 'sk-123', plain: 'x' } }));
    expect(raw).toEqual(['sk-123']);
    const [attributes] = seen as [Record<string, string>];
    expect(attributes['plain']).toBe('x');
    expect(JSON.stringify(seen)).not.toMatch(/sk-123|hunter2/);
    expect(JSON.stringify(bench.routedSignals)).not.toMatch(/sk-123|hunter2/);
  });

  it('ends where redaction fails: nobody sees the signal, and it is counted', () => {
    const redactor: Redactor = { ...createRedactor(), redactSignal: () => undefined };
    const bench = setUp([], redactor);
    const seen: unknown[] = [];
    bench.pipeline.signals$.subscribe((signal) => seen.push(signal));
    bench.emit('secret');
    expect(seen).toEqual([]);
    expect(bench.routed).toEqual([]);
    expect(bench.book.read().filtered['redaction-failed']).toBe(1);
  });

  it('passes the tap also when its trace is not sampled, and ends there', () => {
    const bench = setUp();
    const seen: string[] = [];
    bench.pipeline.signals$.subscribe(({ name }) => seen.push(name));
    bench.emit(spanSignal({ name: 'out', trace: { ...traceOf(1), sampled: false } }), spanSignal({ name: 'in' }), logSignal({ name: 'no trace' }));
    expect(seen).toEqual(['out', 'in', 'no trace']);
    expect(bench.routed).toEqual(['in', 'no trace']);
    expect(bench.book.read().filtered.sampled).toBe(1);
  });
});

describe('order under re-entrancy', () => {
  it('is the order of emission for subscribers, for operators and for sinks', () => {
    const bench = setUp([
      tap(({ name }) => {
        if (name === 'a') bench.emit('from operator');
      }),
    ]);
    const seen: string[][] = [[], []];
    bench.pipeline.signals$.subscribe(({ name }) => {
      seen[0]?.push(name);
      if (name === 'a') bench.emit('from subscriber');
    });
    bench.pipeline.signals$.subscribe(({ name }) => seen[1]?.push(name));
    bench.emit('a', 'b');
    const expected = ['a', 'from operator', 'from subscriber', 'b'];
    expect(seen).toEqual([expected, expected]);
    expect(bench.routed).toEqual(expected);
  });

  it('holds for what a delaying operator gives out: no operator behind it is entered while it works', () => {
    const release = new Subject<void>();
    let inside = 0;
    let most = 0;
    const bench = setUp([
      delayWhen(({ name }) => (name.startsWith('late') ? release : [0])),
      tap(({ name }) => {
        most = Math.max(most, ++inside);
        if (name === 'late 1') bench.emit('emitted inside');
        inside--;
      }),
    ]);
    const seen: string[] = [];
    bench.pipeline.signals$.subscribe(({ name }) => seen.push(name));
    bench.emit('late 1', 'late 2');
    release.next();
    expect(most).toBe(1);
    expect(seen).toEqual(['late 1', 'emitted inside', 'late 2']);
    expect(bench.routed).toEqual(seen);
    expect(bench.book.read()).toMatchObject({ emitted: 3, added: 0, routed: 3, held: 0 });
  });

  it('bounds a subscriber that answers every signal with another, and counts what is refused', () => {
    const bench = setUp();
    bench.pipeline.signals$.subscribe(() => {
      bench.book.emit();
      bench.pipeline.push(metricSignal({ name: 'answer' }));
    });
    bench.emit('question');
    const { emitted, routed, filtered, held } = bench.book.read();
    expect({ emitted, routed, limited: filtered['rate-limited'], held }).toEqual({ emitted: 10_002, routed: 10_001, limited: 1, held: 0 });
    expect(bench.health).toEqual([expect.objectContaining({ type: 'input-ignored', name: 'signals$' })]);
  });

  it('bounds an operator that answers every signal with another', () => {
    const bench = setUp([
      tap(() => {
        bench.book.emit();
        bench.pipeline.push(metricSignal({ name: 'answer' }));
      }),
    ]);
    bench.emit('question');
    expect(bench.book.read()).toMatchObject({ routed: 10_001, held: 0 });
  });
});

describe('an operator that fails', () => {
  it('is named on `health$`; the other operators go on', () => {
    const bench = setUp([renamed('1'), map(() => { throw new Error('boom'); }), renamed('3')]);
    bench.emit('a', 'b');
    expect(bench.routed).toEqual(['a13', 'b13']);
    expect(bench.health).toEqual([expect.objectContaining({ type: 'operator-failed', name: 'pipeline[1]' })]);
  });

  it('keeps its later signals behind the one it failed for', () => {
    const bench = setUp([
      tap(({ name }) => {
        if (name !== 'a') return;
        bench.emit('b');
        throw new Error('boom');
      }),
    ]);
    bench.emit('a');
    expect(bench.routed).toEqual(['a', 'b']);
  });

  it.each<readonly [string, unknown]>([
    ['nothing', undefined],
    ['a text', 'signal'],
    ['an object of another kind', { kind: 'event', name: 'x', timestamp: 1, attributes: {} }],
    ['a signal without attributes', { ...metricSignal(), attributes: undefined }],
    ['an object that throws when it is read', new Proxy({}, { get: () => { throw new Error('no'); } })],
  ])('and gives out %s is told so; it counts as filtered', (_, garbage) => {
    const bench = setUp([map(() => garbage as Signal)]);
    bench.emit('a');
    expect(bench.routed).toEqual([]);
    expect(bench.book.read()).toMatchObject({ held: 0, filtered: { pipeline: 1 } });
    expect(bench.health).toEqual([expect.objectContaining({ type: 'input-ignored', name: 'pipeline[0]' })]);
  });
});

describe('a subscriber that throws', () => {
  it('is reported; the others and the sinks get every signal', () => {
    const bench = setUp();
    const seen: string[] = [];
    bench.pipeline.signals$.subscribe(() => {
      throw new Error('boom');
    });
    bench.pipeline.signals$.subscribe(({ name }) => seen.push(name));
    bench.emit('a', 'b');
    expect(seen).toEqual(['a', 'b']);
    expect(bench.routed).toEqual(['a', 'b']);
    expect(bench.health).toEqual([expect.objectContaining({ type: 'subscriber-failed', name: 'signals$' })]);
  });
});

describe('operators that make signals of their own', () => {
  it('may do so when they start: the signals take the whole way', () => {
    const bench = setUp([startWith(metricSignal({ name: 'first' }) as Signal), renamed('!')]);
    bench.emit('a');
    expect(bench.routed).toEqual(['first!', 'a!']);
    expect(bench.book.read()).toMatchObject({ emitted: 1, added: 1, routed: 2, held: 0 });
  });

  it('may do so at any time', () => {
    const own = new Subject<Signal>();
    const bench = setUp([(source) => merge(source, own), renamed('!')]);
    own.next(metricSignal({ name: 'own' }));
    expect(bench.routed).toEqual(['own!']);
    expect(bench.book.read()).toMatchObject({ emitted: 0, added: 1, routed: 1, held: 0 });
  });
});

describe('a configuration at run time', () => {
  it('exchanges the operators; those of before give out what they hold, through the ones behind them', () => {
    const bench = setUp([(source) => gathered(source), renamed(' old')]);
    bench.emit('a', 'b');
    bench.pipeline.configure({ operators: [renamed(' new')] });
    bench.emit('c');
    expect(bench.routed).toEqual(['a old', 'b old', 'c new']);
    expect(bench.book.read()).toMatchObject({ emitted: 3, added: 0, routed: 3, held: 0 });
  });

  it('keeps the stream and its subscribers', () => {
    const bench = setUp();
    const seen: string[] = [];
    bench.pipeline.signals$.subscribe(({ name }) => seen.push(name));
    bench.pipeline.configure({ operators: [filter(({ name }) => name !== 'b')] });
    bench.emit('a', 'b', 'c');
    expect(seen).toEqual(['a', 'c']);
  });

  it('exchanges the redactor before the operators give out what they hold', () => {
    const bench = setUp([(source) => gathered(source)]);
    bench.emit(metricSignal({ attributes: { colour: 'red' } }));
    bench.pipeline.configure({ operators: [], redactor: createRedactor({ keys: ['colour'] }) });
    expect(bench.routedSignals).toHaveLength(1);
    expect(JSON.stringify(bench.routedSignals)).not.toContain('red"');
  });

  it('waits for its turn when a subscriber asks for it', () => {
    const bench = setUp([renamed(' old')]);
    let configured = false;
    bench.pipeline.signals$.subscribe(() => {
      if (configured) return;
      configured = true;
      bench.emit('b');
      bench.pipeline.configure({ operators: [renamed(' new')] });
      bench.emit('c');
    });
    bench.emit('a', 'd');
    expect(bench.routed).toEqual(['a old', 'b old', 'c new', 'd new']);
  });
});

describe('the drain', () => {
  it('lets the operators give out what they hold, in order; nothing is held afterwards', () => {
    const bench = setUp([(source) => gathered(source), renamed('!')]);
    bench.emit('a', 'b');
    bench.pipeline.drain();
    expect(bench.routed).toEqual(['a!', 'b!']);
    expect(bench.book.read()).toMatchObject({ emitted: 2, added: 0, routed: 2, held: 0 });
  });

  it('counts what an operator never gives out', () => {
    const release = new Subject<void>();
    const bench = setUp([delayWhen(() => release)]);
    bench.emit('a');
    release.next();
    bench.emit('b', 'c');
    expect(bench.book.read().held).toBe(2);
    bench.pipeline.drain();
    expect(bench.book.read()).toMatchObject({ routed: 1, held: 0, filtered: { shutdown: 2 } });
  });

  it('counts what comes later as shutdown', () => {
    const bench = setUp();
    bench.pipeline.drain();
    bench.emit('a');
    expect(bench.routed).toEqual([]);
    expect(bench.book.read().filtered.shutdown).toBe(1);
  });

  it('lets what is on its way arrive first when a subscriber asks for it', () => {
    const bench = setUp([(source) => gathered(source, 2)]);
    let drained = false;
    bench.pipeline.signals$.subscribe(() => {
      if (drained) return;
      drained = true;
      bench.emit('c');
      bench.pipeline.drain();
      expect(bench.pipeline.busy).toBe(true);
      bench.emit('d');
    });
    bench.emit('a', 'b');
    expect(bench.routed).toEqual(['a', 'b', 'c']);
    expect(bench.book.read()).toMatchObject({ emitted: 4, routed: 3, held: 0, filtered: { shutdown: 1 } });
  });

  it('does not mind operators that throw when they end', () => {
    const bench = setUp([finalize(() => { throw new Error('boom'); }), concatMap((signal) => [signal])]);
    bench.emit('a');
    expect(() => bench.pipeline.drain()).not.toThrow();
    expect(bench.health).toContainEqual(expect.objectContaining({ type: 'operator-failed', name: 'pipeline[0]' }));
  });
});

/** Holds signals until there are this many, or it completes. */
function gathered(source: Observable<Signal>, size = 1_000): Observable<Signal> {
  return new Observable((subscriber) => {
    let held: Signal[] = [];
    const giveOut = (): void => {
      const all = held;
      held = [];
      for (const signal of all) subscriber.next(signal);
    };
    subscriber.add(
      source.subscribe({
        next(signal) {
          held.push(signal);
          if (held.length >= size) giveOut();
        },
        complete() {
          giveOut();
          subscriber.complete();
        },
      }),
    );
  });
}
