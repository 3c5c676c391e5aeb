import { describe, expect, it } from '#test';
import { getTracer } from '#sdk';
import type { Span, SpanOptions } from '#sdk';
import { recorded } from '../helpers/recorded.ts';

const remote = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', sampled: true };

describe('startSpan', () => {
  it('runs a callback in an active span, and ends it when the callback returns', () => {
    const { obs, clock, signals, span } = recorded();
    const result = obs.tracer.startSpan('work', (active) => {
      expect(obs.tracer.activeSpan()).toBe(active);
      expect(active.recording).toBe(true);
      clock.advance(7);
      expect(signals).toEqual([]);
      return 'result';
    });
    expect(result).toBe('result');
    expect(obs.tracer.activeSpan()).toBe(undefined);
    expect(span('work')).toMatchObject({ duration: 7, timestamp: Date.UTC(2026, 0, 1), spanKind: 'internal', status: { code: 'unset' } });
  });

  it('ends with the promise of an async callback', async () => {
    const { obs, clock, signals, span } = recorded();
    let finish: () => void = () => undefined;
    const promise = obs.tracer.startSpan('async', async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      return 5;
    });
    clock.advance(11);
    expect(signals).toEqual([]);
    finish();
    expect(await promise).toBe(5);
    expect(span('async').duration).toBe(11);
  });

  it('records what the callback throws, on the span alone, and rethrows it', () => {
    const { obs, signals, span } = recorded();
    const error = new TypeError('wrong');
    expect(() =>
      obs.tracer.startSpan('work', () => {
        throw error;
      }),
    ).toThrow(error);
    const { status, attributes, events } = span('work');
    expect(status).toEqual({ code: 'error', message: 'wrong' });
    expect(attributes['error.type']).toBe('TypeError');
    expect(events).toMatchObject([{ name: 'exception', attributes: { 'exception.type': 'TypeError', 'exception.message': 'wrong' } }]);
    expect(String(events[0]?.attributes['exception.stacktrace'])).toContain('TypeError');
    expect(signals.map(({ kind }) => kind)).toEqual(['span']);
  });

  it('gives a span that is yours to end, and is not active', () => {
    const { obs, clock, signals, span } = recorded();
    const manual = obs.tracer.startSpan('manual', { kind: 'client' });
    expect(obs.tracer.activeSpan()).toBe(undefined);
    clock.advance(3);
    manual.end();
    clock.advance(3);
    manual.end();
    expect(manual.recording).toBe(false);
    expect(signals.length).toBe(1);
    expect(span('manual')).toMatchObject({ duration: 3, spanKind: 'client' });
  });

  it('ends a span of `using`', () => {
    const { obs, clock, span } = recorded();
    {
      using block = obs.tracer.startSpan('block');
      clock.advance(4);
      expect(block.recording).toBe(true);
      expect(obs.tracer.activeSpan()).toBe(undefined);
    }
    expect(span('block').duration).toBe(4);
  });

  it('takes start and end from the application', () => {
    const { obs, span } = recorded();
    obs.tracer.startSpan('earlier', { startTime: 1_000 }).end(1_250);
    obs.tracer.startSpan('backwards', { startTime: 1_000 }).end(900);
    expect(span('earlier')).toMatchObject({ timestamp: 1_000, duration: 250 });
    expect(span('backwards')).toMatchObject({ timestamp: 1_000, duration: 0 });
  });

  it('records attributes, events, status, links and a new name', () => {
    const { obs, clock, only } = recorded();
    const other = obs.tracer.startSpan('other').trace;
    const span = obs.tracer.startSpan('old', { links: [other], attributes: { a: 1, left: undefined } });
    clock.advance(5);
    span
      .setAttribute('b', 'two')
      .setAttributes({ c: [true, false] })
      .addEvent('half way', { rows: 3 })
      .setStatus({ code: 'ok' })
      .updateName('new')
      .end();
    const signal = only('span');
    expect(signal).toMatchObject({
      name: 'new',
      attributes: { a: 1, b: 'two', c: [true, false] },
      events: [{ name: 'half way', timestamp: Date.UTC(2026, 0, 1) + 5, attributes: { rows: 3 } }],
      status: { code: 'ok' },
      links: [other],
      scope: { name: '@arkhe/observability' },
    });
    expect('left' in signal.attributes).toBe(false);
  });

  it('measures with the monotonic clock, however little passes', () => {
    const { obs, clock, span } = recorded();
    const short = obs.tracer.startSpan('short');
    clock.advance(0.001);
    short.end();
    expect(span('short').duration).toBe(0.001);
  });

  it('has the status OpenTelemetry gives it: `ok` is the last word, `unset` says nothing', () => {
    const { obs, span } = recorded();
    obs.tracer.startSpan('fine').setStatus({ code: 'error', message: 'no' }).setStatus({ code: 'ok', message: 'yes' }).setStatus({ code: 'error' }).end();
    obs.tracer.startSpan('failed').setStatus({ code: 'error', message: 'no' }).setStatus({ code: 'unset' }).end();
    expect(span('fine').status).toEqual({ code: 'ok', message: undefined });
    expect(span('failed').status).toEqual({ code: 'error', message: 'no' });
  });

  it('records what was thrown once, even when it is nothing at all', () => {
    const { obs, span } = recorded();
    const thrown: unknown = undefined;
    expect(() =>
      obs.tracer.startSpan('nothing', () => {
        throw thrown;
      }),
    ).toThrow();
    const error = new Error('known');
    expect(() =>
      obs.tracer.startSpan('recorded before', (active) => {
        active.recordException(error);
        throw error;
      }),
    ).toThrow(error);
    expect(span('nothing').events).toMatchObject([{ attributes: { 'exception.type': 'undefined' } }]);
    expect(span('recorded before').events.length).toBe(1);
  });

  it('keeps the latest 128 events and links, and the first attributes', () => {
    const { obs, only } = recorded();
    const links = Array.from({ length: 130 }, (_, index) => ({ ...remote, spanId: String(index).padStart(16, 'a') }));
    const span = obs.tracer.startSpan('much', { links });
    for (let index = 0; index < 130; index++) span.addEvent(`event ${index}`).setAttribute(`key${index}`, index);
    span.setAttribute('key0', 'set again').end();
    const signal = only('span');
    expect([signal.events.length, signal.events[0]?.name, signal.attributes['arkhe.events_dropped']]).toEqual([128, 'event 2', 2]);
    expect([signal.links.length, signal.links[0]?.spanId, signal.attributes['arkhe.links_dropped']]).toEqual([128, 'aaaaaaaaaaaaaaa2', 2]);
    expect(signal.attributes).toMatchObject({ key0: 'set again', key100: 100 });
    expect('key129' in signal.attributes).toBe(false);
  });

  it('adds up what several calls left out', () => {
    const { obs, only } = recorded();
    const items = Array.from({ length: 130 }, () => 1);
    obs.tracer.startSpan('work', { attributes: { a: items } }).setAttribute('b', items).end();
    expect(only('span').attributes['arkhe.items_dropped']).toBe(4);
  });

  it('is not changed by what the application does with its trace', () => {
    const { obs, span } = recorded();
    const own = obs.tracer.startSpan('own');
    expect(own.trace).toBe(own.trace);
    expect(Object.isFrozen(own.trace)).toBe(true);
    own.end();
    expect(span('own').trace).toEqual(own.trace);
  });

  it('ignores what happens to a span after its end', () => {
    const { obs, only } = recorded();
    const span = obs.tracer.startSpan('done');
    span.end();
    span.setAttribute('late', 1).addEvent('late').recordException(new Error('late')).setStatus({ code: 'error' }).updateName('late').end();
    expect(only('span')).toMatchObject({ name: 'done', events: [], status: { code: 'unset' } });
    expect('late' in only('span').attributes).toBe(false);
  });
});

describe('the parent of a span', () => {
  it('is the active span', () => {
    const { obs, span } = recorded();
    obs.tracer.startSpan('outer', () => {
      obs.tracer.startSpan('inner', () => obs.tracer.startSpan('innermost', () => undefined));
      obs.tracer.startSpan('second', () => undefined);
    });
    const outer = span('outer');
    expect(outer.parentSpanId).toBe(undefined);
    expect(span('inner').parentSpanId).toBe(outer.trace.spanId);
    expect(span('innermost').parentSpanId).toBe(span('inner').trace.spanId);
    expect(span('second').parentSpanId).toBe(outer.trace.spanId);
    expect(new Set(['outer', 'inner', 'innermost', 'second'].map((name) => span(name).trace.traceId)).size).toBe(1);
    expect(span('inner').parentIsRemote).toBe(undefined);
  });

  it('is the span whose startSpan is called, after an await in every host', async () => {
    const { obs, span } = recorded();
    await obs.tracer.startSpan('outer', async (outer) => {
      await Promise.resolve();
      await outer.startSpan('inner', async (inner) => {
        await Promise.resolve();
        inner.startSpan('innermost', () => undefined);
      });
    });
    expect(span('inner').parentSpanId).toBe(span('outer').trace.spanId);
    expect(span('innermost').parentSpanId).toBe(span('inner').trace.spanId);
  });

  it('is the span of span.run', () => {
    const { obs, span } = recorded();
    const manual = obs.tracer.startSpan('manual');
    expect(manual.run(() => obs.tracer.startSpan('inner', () => 'value'))).toBe('value');
    expect(manual.recording).toBe(true);
    manual.end();
    expect(span('inner').parentSpanId).toBe(manual.trace.spanId);
  });

  it('can be given: a span, a trace context, a request, or null for none', () => {
    const { obs, ofKind } = recorded();
    const parent = obs.tracer.startSpan('parent');
    const context = obs.traceRequest('GET', '/');
    obs.tracer.startSpan('active', () => {
      const options: SpanOptions[] = [{ parent }, { parent: parent.trace }, { parent: context }, { parent: null }];
      for (const each of options) obs.tracer.startSpan('child', each).end();
    });
    const children = ofKind('span').filter(({ name }) => name === 'child');
    expect(children.map(({ parentSpanId }) => parentSpanId)).toEqual([
      parent.trace.spanId,
      parent.trace.spanId,
      context.trace?.spanId,
      undefined,
    ]);
    expect(children.map(({ parentIsRemote }) => parentIsRemote)).toEqual([undefined, undefined, undefined, undefined]);
    expect(children.map(({ requestId }) => requestId)).toEqual([undefined, undefined, context.requestId, undefined]);
  });

  it('is remote when it came in headers', () => {
    const { obs, span } = recorded();
    const remote = obs.tracer.extract({ traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' });
    obs.tracer.startSpan('served', { parent: remote }, () => obs.tracer.startSpan('inner', () => undefined));
    expect(span('served')).toMatchObject({
      trace: { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', sampled: true },
      parentSpanId: '00f067aa0ba902b7',
      parentIsRemote: true,
    });
    expect(span('inner').parentIsRemote).toBe(undefined);
  });

  it('is ignored when it is none, and the span begins a new trace', () => {
    const { obs, ofKind, health } = recorded();
    const hostile = {
      get trace(): never {
        throw new Error('hostile');
      },
    };
    const wrong: unknown[] = ['text', 7, {}, hostile, { traceId: 'abc', spanId: '1'.repeat(16) }, { traceId: '1'.repeat(32), spanId: '0'.repeat(16) }, { traceId: 'F'.repeat(32), spanId: '1'.repeat(16) }, { traceId: ['1'.repeat(32)], spanId: '1'.repeat(16) }];
    for (const parent of wrong) obs.tracer.startSpan('child', { parent } as unknown as SpanOptions).end();
    expect(ofKind('span').map(({ parentSpanId }) => parentSpanId)).toEqual(wrong.map(() => undefined));
    expect(new Set(ofKind('span').map(({ trace }) => trace.traceId)).size).toBe(wrong.length);
    expect(health.map(({ type }) => type)).toEqual(['input-ignored']);
  });

  it('is what it was when it was given, whatever becomes of it', () => {
    const { obs, only } = recorded();
    let traceId = remote.traceId;
    const plain = { ...remote };
    const withMore = Object.freeze({ ...remote, more: 'field' });
    const withGetter = Object.freeze({
      ...remote,
      get traceId() {
        return traceId;
      },
    });
    const span = obs.tracer.startSpan('child', { parent: plain, links: [withMore, withGetter, plain] });
    traceId = plain.traceId = 'changed';
    span.end();
    expect(only('span').trace.traceId).toBe(remote.traceId);
    expect(only('span').links).toEqual([remote, remote, remote]);
  });

  it('is never a span of another instance', () => {
    const one = recorded();
    const two = recorded();
    one.obs.tracer.startSpan('of one', () => two.obs.tracer.startSpan('of two', () => one.obs.tracer.startSpan('of one again', () => undefined)));
    expect(two.span('of two').parentSpanId).toBe(undefined);
    expect(two.span('of two').trace.traceId).not.toBe(one.span('of one').trace.traceId);
    expect(one.span('of one again').parentSpanId).toBe(one.span('of one').trace.spanId);
  });
});

describe('the active span', () => {
  it('is that of the generator while it runs, and of its caller in between', () => {
    const { obs, span } = recorded();
    const counting = obs.tracer.startSpan('generator', function* () {
      obs.tracer.startSpan('first step', () => undefined);
      yield 1;
      obs.tracer.startSpan('second step', () => undefined);
    } as () => Generator<number>);
    obs.tracer.startSpan('caller', () => {
      counting.next();
      obs.tracer.startSpan('between', () => undefined);
      counting.next();
    });
    expect(span('first step').parentSpanId).toBe(span('generator').trace.spanId);
    expect(span('second step').parentSpanId).toBe(span('generator').trace.spanId);
    expect(span('between').parentSpanId).toBe(span('caller').trace.spanId);
  });

  it('is active again when the callback throws', () => {
    const { obs } = recorded();
    obs.tracer.startSpan('outer', (outer) => {
      expect(() =>
        obs.tracer.startSpan('inner', () => {
          throw new Error('no');
        }),
      ).toThrow();
      expect(obs.tracer.activeSpan()).toBe(outer);
    });
  });
});

describe('inject and extract', () => {
  it('carry a span to another process', () => {
    const { obs } = recorded();
    obs.tracer.startSpan('client', (span) => {
      const headers = obs.tracer.inject();
      expect(headers).toEqual({ traceparent: `00-${span.trace.traceId}-${span.trace.spanId}-01` });
      expect(obs.tracer.extract(headers)).toEqual(span.trace);
      expect(obs.tracer.inject(span)).toEqual(headers);
      expect(obs.tracer.inject(span.trace)).toEqual(headers);
    });
  });

  it('carry a request', () => {
    const { obs } = recorded();
    const context = obs.traceRequest('GET', '/');
    expect(obs.tracer.inject(context)['traceparent']).toContain(context.trace?.spanId);
  });

  it('never throw, whatever they are given', () => {
    const { obs } = recorded();
    const trap = (): never => {
      throw new Error('a trap of the application');
    };
    const hostile = new Proxy({}, { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap }) as Span;
    expect(obs.tracer.inject(hostile)).toEqual({});
    expect(obs.tracer.extract(hostile as never)).toBeUndefined();
  });

  it('give nothing when there is no span', () => {
    const { obs } = recorded();
    expect(obs.tracer.inject()).toEqual({});
    expect(obs.tracer.inject('nonsense' as unknown as Span)).toEqual({});
    expect(obs.tracer.inject(null as unknown as Span)).toEqual({});
    expect(obs.tracer.extract({})).toBe(undefined);
    expect(obs.tracer.extract(undefined as unknown as Headers)).toBe(undefined);
  });

  it('say on health$ that a header was malformed, without showing it', () => {
    const { obs, health } = recorded();
    obs.tracer.extract({});
    expect(health).toEqual([]);
    obs.tracer.extract({ traceparent: 'secret-in-a-header' });
    expect(health).toMatchObject([{ type: 'input-ignored', name: 'propagation', message: 'a malformed traceparent' }]);
  });

  it('hand on the remote trace where tracing is off', () => {
    const { obs } = recorded({ tracing: false });
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    obs.tracer.startSpan('served', { parent: obs.tracer.extract({ traceparent }) }, (span) => {
      expect(span.recording).toBe(false);
      expect(obs.tracer.inject(span)).toEqual({ traceparent });
      expect(obs.tracer.inject(span.startSpan('inner'))).toEqual({ traceparent });
    });
  });
});

describe('tracestate', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const tracestate = 'vendor=1,tenant@other=2';

  it('is carried from headers through every span to headers', () => {
    const { obs, span, only } = recorded();
    const parent = obs.tracer.extract({ traceparent, tracestate });
    expect(parent).toMatchObject({ traceState: tracestate });
    obs.tracer.startSpan('served', { parent }, (served) => {
      served.startSpan('inner', () => obs.logger.info('inside'));
      expect(obs.tracer.inject()).toEqual({ traceparent: `00-${served.trace.traceId}-${served.trace.spanId}-01`, tracestate });
    });
    for (const { trace } of [span('served'), span('inner'), only('log')]) expect(trace?.traceState).toBe(tracestate);
  });

  it('is not there in a trace that begins here', () => {
    const { obs, span } = recorded();
    const root = obs.tracer.startSpan('root');
    root.end();
    expect(Object.keys(obs.tracer.inject(root))).toEqual(['traceparent']);
    expect(span('root').trace.traceState).toBe(undefined);
  });

  it('may be spread over several headers', () => {
    const { obs } = recorded();
    expect(obs.tracer.extract([['traceparent', traceparent], ['Tracestate', 'a=1'], ['tracestate', 'b=2']])?.traceState).toBe('a=1,b=2');
    expect(obs.tracer.extract({ traceparent, tracestate: ['a=1', 'b=2'] })?.traceState).toBe('a=1,b=2');
  });

  it('is left out when it is malformed, which is said once, and the trace goes on', () => {
    const { obs, health } = recorded();
    for (const wrong of ['a', 'a=1,a=2', `a=${'x'.repeat(600)}`, 'a=1\r\nx: y']) {
      expect(obs.tracer.extract({ traceparent, tracestate: wrong })).toMatchObject({ spanId: '00f067aa0ba902b7', traceState: undefined });
    }
    expect(obs.tracer.extract({ traceparent, tracestate: ' ' })?.traceState).toBe(undefined);
    expect(health).toMatchObject([{ type: 'input-ignored', name: 'propagation', message: 'a malformed tracestate' }]);
  });

  it('is taken from a given parent and from links, but only a valid one', () => {
    const { obs, ofKind } = recorded();
    const valid = { ...remote, traceState: tracestate };
    const wrong = Object.freeze({ ...remote, traceState: 'a=1\r\nx: y' });
    for (const parent of [valid, wrong]) {
      const span = obs.tracer.startSpan('child', { parent, links: [parent] });
      expect(obs.tracer.inject(parent)['tracestate']).toBe(span.trace.traceState);
      span.end();
    }
    expect(ofKind('span').map(({ trace, links }) => [trace.traceState, links[0]?.traceState])).toEqual([
      [tracestate, tracestate],
      [undefined, undefined],
    ]);
  });

  it('is handed on where tracing is off', () => {
    const { obs } = recorded({ tracing: false });
    obs.tracer.startSpan('served', { parent: obs.tracer.extract({ traceparent, tracestate }) }, (span) => {
      expect(obs.tracer.inject(span)).toEqual({ traceparent, tracestate });
    });
  });
});

describe('getTracer', () => {
  it('does nothing until the application has configured anything', () => {
    const tracer = getTracer('library', '1.2.3');
    const result = tracer.startSpan('work', (span) => {
      expect(span.recording).toBe(false);
      return span.startSpan('inner', () => 'result');
    });
    expect(result).toBe('result');
    expect(tracer.traceFunction((x: number) => x + 1)(1)).toBe(2);
  });
});

describe('sampling', () => {
  it('leaves what belongs to no trace alone, unless chance is given', async () => {
    const all = recorded({ sampling: { rate: 0 } });
    all.obs.logger.info('kept');
    await all.obs.flush();
    expect(all.sink.signals).toHaveLength(1);

    const drawn = [0.4, 0.6, 0.1];
    const some = recorded({ sampling: { rate: 0.5, random: () => drawn.shift() ?? 1 } });
    for (const message of ['one', 'two', 'three']) some.obs.logger.info(message);
    await some.obs.flush();
    expect(some.sink.ofKind('log').map(({ message }) => message)).toEqual(['one', 'three']);
    expect(some.ofKind('log')).toHaveLength(3);
    expect(some.obs.ledger().filtered.sampled).toBe(1);
  });

  it('keeps all of a trace or nothing of it, while signals$ and statistics see everything', async () => {
    const { obs, sink, ofKind } = recorded({ sampling: { rate: 0.25 }, errorTracking: { repeatWindow: 0, rateLimit: false } });
    for (let count = 0; count < 400; count++) {
      obs.traceRequest('GET', '/', () => {
        obs.profiler.profile('work', () => obs.logger.info('inside'));
        obs.errorTracker.captureException(new Error('inside'));
      });
    }
    await obs.flush();
    const kinds = new Map<string, number>();
    for (const { trace } of sink.signals) kinds.set(trace?.traceId ?? '', (kinds.get(trace?.traceId ?? '') ?? 0) + 1);
    expect(new Set(kinds.values())).toEqual(new Set([6]));
    expect(kinds.size).toBeGreaterThan(50);
    expect(kinds.size).toBeLessThan(150);
    expect(ofKind('span').length).toBe(400);
    expect(obs.profiler.getStatistics('work')?.count).toBe(400);
    expect(obs.ledger().filtered.sampled).toBe((400 - kinds.size) * 6);
  });

  it('decides by the trace id alone: the same answer everywhere', () => {
    const decisions = (rate: number) => {
      const { obs, ofKind } = recorded({ sampling: { rate }, random: sequence() });
      for (let count = 0; count < 50; count++) obs.tracer.startSpan('root').end();
      return ofKind('span').map(({ trace }) => trace);
    };
    expect(decisions(0.5)).toEqual(decisions(0.5));
    const half = decisions(0.5);
    const most = decisions(0.9);
    for (const [index, { sampled }] of half.entries()) if (sampled) expect(most[index]?.sampled).toBe(true);
    expect(decisions(0).some(({ sampled }) => sampled)).toBe(false);
    expect(decisions(1).every(({ sampled }) => sampled)).toBe(true);
  });

  it('honours the decision of the remote parent', async () => {
    const none = recorded({ sampling: { rate: 0 } });
    const all = recorded({ sampling: { rate: 1 } });
    const header = (flags: string) => ({ traceparent: `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-${flags}` });
    none.obs.tracer.startSpan('kept', { parent: none.obs.tracer.extract(header('01')) }).end();
    all.obs.tracer.startSpan('left out', { parent: all.obs.tracer.extract(header('00')) }).end();
    all.obs.tracer.startSpan('also left out', { parent: all.obs.tracer.extract(header('02')) }).end();
    await Promise.all([none.obs.flush(), all.obs.flush()]);
    expect(none.sink.signals.length).toBe(1);
    expect(all.sink.signals.length).toBe(0);
    expect(all.ofKind('span').length).toBe(2);
  });
});

/** The same numbers each time. */
function sequence(): () => number {
  let state = 1;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
