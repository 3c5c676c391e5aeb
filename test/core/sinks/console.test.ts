import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { acceptedKinds } from '../../../src/core/accepted-kinds.ts';
import { createConsoleSink } from '../../../src/core/sinks/console.ts';
import type { ConsoleSinkSetup } from '../../../src/core/sinks/console.ts';
import type { Sink } from '../../../src/core/sink.ts';
import type { ErrorSignal, SerializedError, Signal, SpanSignal } from '../../../src/core/signal.ts';
import { errorSignal, logSignal, metricSignal, profileSignal, requestSignal, responseSignal, spanSignal } from '../../helpers/signals.ts';

const start = Date.UTC(2026, 0, 2, 12, 34, 56, 789);
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const inTrace = (spanId: string) => ({ traceId, spanId, sampled: true });
const context = { abortSignal: new AbortController().signal, leaving: false };

/** A sink on a clock moved by hand. */
function harness(setup: Partial<ConsoleSinkSetup> = {}) {
  const printed: [text: string, level: string][] = [];
  const ticks = new Subject<void>();
  const periods: number[] = [];
  let elapsed = 0;
  const clock = {
    now: () => start + elapsed,
    elapsed: () => elapsed,
    every(milliseconds: number) {
      periods.push(milliseconds);
      return ticks;
    },
  };
  const sink = createConsoleSink({ format: 'pretty', development: setup.format !== 'json', color: false, clock, print: (text, level) => printed.push([text, level]), ...setup });
  return {
    sink,
    periods,
    printed,
    texts: () => printed.map(([text]) => text),
    text: () => printed.map(([text]) => text).join('\n'),
    write: (...batch: readonly Signal[]) => sink.write(batch, context),
    wait(milliseconds: number) {
      elapsed += milliseconds;
      ticks.next();
    },
    isTicking: () => ticks.observed,
  };
}

function span(spanId: string, parentSpanId: string | undefined, fields: Partial<SpanSignal> = {}): SpanSignal {
  return spanSignal({ name: spanId, trace: inTrace(spanId), parentSpanId, timestamp: start, ...fields });
}

describe('the pretty format', () => {
  it('prints a trace as a tree when its root has come', () => {
    const { write, text, printed } = harness();
    write(
      span('price', 'checkout', { timestamp: start + 5, duration: 20, attributes: { 'shop.items': 3, 'service.name': 'shop' } }),
      span('charge', 'checkout', {
        timestamp: start + 30,
        duration: 100.4,
        attributes: { 'service.name': 'shop' },
        status: { code: 'error', message: 'card declined' },
        events: [{ name: 'retry', timestamp: start + 42, attributes: { attempt: 2 } }],
      }),
      span('bank', 'charge', { timestamp: start + 40, duration: 1.24, attributes: { 'http.route': '/pay', note: 'two words' } }),
      responseSignal({ name: 'POST /checkout', path: '/checkout', statusCode: 200, duration: 132, timestamp: start + 1, trace: inTrace('checkout') }),
      profileSignal({ name: 'tax', duration: 0.8, timestamp: start + 6, trace: inTrace('price') }),
    );
    expect(printed).toEqual([]);
    write(span('checkout', undefined, { duration: 143, attributes: { 'service.name': 'shop' } }));
    expect(text()).toMatchInlineSnapshot(`
      "trace 4bf92f3577b34da6a3ce929d0e0e4736 · checkout · 143 ms · 4 spans · request req-1
      └─ checkout 143 ms
         ├─ ← 200 POST /checkout 132 ms
         ├─ price 20 ms  shop.items=3
         │  └─ ⏱ tax 0.8 ms
         └─ ✗ charge 100 ms  card declined
            ├─ bank 1.2 ms  http.route=/pay note="two words"
            └─ • retry +12 ms  attempt=2"
    `);
    expect(printed[0]?.[1]).toBe('error');
  });

  it('names the service where it changes, and not at all when there is one', () => {
    const one = harness();
    one.write(span('b', 'a', { attributes: { 'service.name': 'web' } }), span('a', undefined, { attributes: { 'service.name': 'web' } }));
    expect(one.text()).not.toContain('web');
    const two = harness();
    two.write(
      span('c', 'b', { attributes: { 'service.name': 'api' } }),
      span('b', 'a', { attributes: { 'service.name': 'api' }, parentIsRemote: true }),
      span('a', undefined, { attributes: { 'service.name': 'web' } }),
    );
    expect(two.text()).toMatchInlineSnapshot(`
      "trace 4bf92f3577b34da6a3ce929d0e0e4736 · a · 10 ms · 3 spans
      └─ [web] a 10 ms
         └─ [api] b 10 ms
            └─ c 10 ms"
    `);
  });

  it('orders children by when they began, not by when they ended', () => {
    const { write, text } = harness();
    write(span('late', 'root', { timestamp: start + 9 }), span('early', 'root', { timestamp: start + 1 }), span('root', undefined));
    expect(text().indexOf('early')).toBeLessThan(text().indexOf('late'));
  });

  it('attaches what follows the root in the same batch', () => {
    const { write, text, printed } = harness();
    write(span('root', undefined), responseSignal({ trace: inTrace('root'), timestamp: start }));
    expect(printed).toHaveLength(1);
    expect(text()).toContain('   └─ ← 200 GET /orders');
  });

  it('says once what a span and its response have in common, and why a span failed', () => {
    const { write, text } = harness();
    const attributes = { 'http.route': '/pay', 'service.name': 'shop' };
    const exception = (message: string) => ({ name: 'exception', timestamp: start + 3, attributes: { 'exception.message': message } });
    write(
      responseSignal({ trace: inTrace('root'), timestamp: start, attributes: { ...attributes, 'http.response.body.size': 7 } }),
      span('root', undefined, {
        attributes,
        status: { code: 'error', message: 'card declined' },
        events: [exception('card declined'), exception('and then the printer')],
      }),
    );
    expect(text().split('\n').slice(1)).toEqual([
      '└─ ✗ root 10 ms  card declined  http.route=/pay',
      '   ├─ ← 200 GET /orders  http.response.body.size=7',
      '   └─ • exception +3.0 ms  exception.message="and then the printer"',
    ]);
  });

  it('reads well for a request that was served, and says nothing twice', () => {
    const { write, text } = harness();
    const attributes = { 'http.request.method': 'GET', 'url.path': '/orders/42', 'http.route': '/orders/:id', 'http.response.status_code': 200 };
    const request = { name: 'GET /orders/:id', requestId: 'req-7', side: 'server' as const, path: '/orders/42?page=2', timestamp: start, trace: inTrace('server') };
    write(
      span('query', 'server', { name: 'SELECT orders', requestId: 'req-7', timestamp: start + 2, duration: 3 }),
      responseSignal({ ...request, duration: 12.1, attributes }),
      span('server', undefined, { name: 'GET /orders/:id', requestId: 'req-7', duration: 12.3, attributes: { ...attributes, 'url.query': 'page=2', 'client.address': '10.0.0.1' } }),
    );
    expect(text()).toMatchInlineSnapshot(`
      "trace 4bf92f3577b34da6a3ce929d0e0e4736 · GET /orders/:id · 12 ms · 2 spans · request req-7
      └─ GET /orders/:id 12 ms  client.address=10.0.0.1
         ├─ ← 200  /orders/42?page=2
         └─ SELECT orders 3.0 ms"
    `);
  });

  it('says how a request ended that got no answer, and how grave it is', () => {
    const { write, text, printed } = harness();
    const base = { timestamp: start, requestId: 'req-7', trace: undefined };
    write(
      responseSignal({ ...base, statusCode: 404, attributes: { 'http.response.status_code': 404 } }),
      responseSignal({ ...base, status: 'error', statusCode: undefined, attributes: { 'error.type': 'aborted' } }),
      responseSignal({ ...base, status: 'error', statusCode: 200, attributes: { 'error.type': 'aborted', 'http.response.status_code': 200 } }),
      responseSignal({ ...base, status: 'abandoned', statusCode: undefined, duration: 300_000 }),
      responseSignal({ ...base, status: 'error', statusCode: 503, attributes: { 'error.type': '503' } }),
      responseSignal({ ...base, status: 'error', statusCode: undefined, attributes: { 'error.type': 'ECONNREFUSED' } }),
    );
    expect(text()).toMatchInlineSnapshot(`
      "12:34:56.789 WARN  ← 404 GET /orders 10 ms  request=req-7
      12:34:56.789 WARN  ← aborted GET /orders 10 ms  request=req-7
      12:34:56.789 WARN  ← 200 aborted GET /orders 10 ms  request=req-7
      12:34:56.789 ERROR ← abandoned GET /orders 300.00 s  request=req-7
      12:34:56.789 ERROR ← 503 GET /orders 10 ms  request=req-7
      12:34:56.789 ERROR ← error GET /orders 10 ms  error.type=ECONNREFUSED  request=req-7"
    `);
    expect(printed.map(([, level]) => level)).toEqual(['warn', 'warn', 'warn', 'error', 'error', 'error']);
  });

  it('says the query of a request without a route where its path stands', () => {
    const { write, text } = harness();
    const request = { path: '/orders?page=2', timestamp: start, requestId: 'req-7' };
    write(responseSignal(request), requestSignal({ ...request, name: 'GET /orders/:id' }), responseSignal({ ...request, trace: inTrace('GET') }), span('GET', undefined));
    write(responseSignal({ ...request, trace: inTrace('root') }), span('root', undefined, { name: 'GET /orders' }));
    expect(text()).toMatchInlineSnapshot(`
      "12:34:56.789 INFO  ← 200 GET /orders?page=2 10 ms  request=req-7
      12:34:56.789 INFO  → GET /orders/:id  /orders?page=2  request=req-7
      trace 4bf92f3577b34da6a3ce929d0e0e4736 · GET · 10 ms · 1 span · request req-7
      └─ GET 10 ms
         └─ ← 200 GET /orders?page=2
      trace 4bf92f3577b34da6a3ce929d0e0e4736 · GET /orders · 10 ms · 1 span · request req-7
      └─ GET /orders 10 ms
         └─ ← 200  /orders?page=2"
    `);
  });

  it('prints a tree as grave as its gravest signal', () => {
    const { write, printed } = harness();
    write(responseSignal({ trace: inTrace('root'), statusCode: 404 }), span('root', undefined));
    expect(printed.map(([, level]) => level)).toEqual(['warn']);
  });

  it('names the requests of a trace, three at most', () => {
    const { write, texts } = harness();
    const requests = ['a', 'b', 'a', 'c', 'd'];
    write(...requests.map((requestId, index) => span(`s${index}`, 'root', { requestId })), span('root', undefined));
    expect(texts()[0]?.split('\n')[0]).toMatch(/ · 6 spans · request a, b, c, …$/);
    write(span('root', undefined));
    expect(texts()[1]?.split('\n')[0]).toMatch(/ · 1 span$/);
  });

  it('says the request and the trace of what is printed by itself', () => {
    const { write, text } = harness();
    write(errorSignal({ timestamp: start, requestId: 'req-7', trace: inTrace('x') }), logSignal({ timestamp: start, requestId: 'req-7' }));
    expect(text()).toMatchInlineSnapshot(`
      "12:34:56.789 ERROR TypeError: x is not a function  request=req-7  trace=4bf92f3577b34da6a3ce929d0e0e4736
      12:34:56.789 INFO  order placed  request=req-7"
    `);
  });

  it('waits a second for the caller of a root with a remote parent', () => {
    const alone = harness();
    alone.write(span('server', 'client', { parentIsRemote: true }));
    alone.wait(900);
    expect(alone.printed).toEqual([]);
    alone.wait(150);
    expect(alone.text()).toMatchInlineSnapshot(`
      "trace 4bf92f3577b34da6a3ce929d0e0e4736 · server · 10 ms · 1 span
      └─ server 10 ms"
    `);

    const called = harness();
    called.write(span('server', 'client', { parentIsRemote: true }));
    called.wait(500);
    called.write(span('client', undefined));
    expect(called.text()).toMatchInlineSnapshot(`
      "trace 4bf92f3577b34da6a3ce929d0e0e4736 · client · 10 ms · 2 spans
      └─ client 10 ms
         └─ server 10 ms"
    `);
  });

  it('prints a trace whose root does not come after two seconds, with … for what is missing', () => {
    const { write, wait, text, printed } = harness();
    write(span('child', 'lost'));
    wait(1_900);
    write(span('other', 'lost'));
    wait(1_900);
    expect(printed).toEqual([]);
    wait(200);
    expect(text()).toMatchInlineSnapshot(`
      "trace 4bf92f3577b34da6a3ce929d0e0e4736 · child · 10 ms · 2 spans
      └─ …
         ├─ child 10 ms
         └─ other 10 ms"
    `);
  });

  it('ticks only while it holds something', () => {
    const { write, wait, periods, isTicking } = harness();
    write(logSignal());
    expect(periods).toEqual([]);
    write(span('child', 'lost'));
    expect(periods).toEqual([250]);
    expect(isTicking()).toBe(true);
    wait(2_000);
    expect(isTicking()).toBe(false);
    write(span('a', 'b'));
    write(span('b', undefined));
    expect(isTicking()).toBe(false);
  });

  it('holds nothing back when the process is leaving, or when it is closed', () => {
    const leaving = harness();
    void leaving.sink.write([span('child', 'lost')], { ...context, leaving: true });
    expect(leaving.printed).toHaveLength(1);
    expect(leaving.isTicking()).toBe(false);
    const closed = harness();
    closed.write(span('child', 'lost'));
    void closed.sink.close?.();
    expect(closed.printed).toHaveLength(1);
    expect(closed.isTicking()).toBe(false);
  });

  it('holds 200 traces and 1,000 signals of each at most', () => {
    const many = harness();
    for (let index = 0; index < 201; index += 1) {
      many.write(span('child', 'lost', { trace: { ...inTrace('child'), traceId: `trace${index}` } }));
    }
    expect(many.texts().map((text) => text.slice(0, 12))).toEqual(['trace trace0']);
    const large = harness();
    large.write(...Array.from({ length: 1_037 }, (_, index) => span(`s${index}`, 'root')));
    large.write(span('root', undefined));
    expect(large.text()).toContain('├─ root 10 ms');
    expect(large.text().split('\n').at(-1)).toBe('└─ … 37 more');
  });

  it('survives spans that are each other’s parents', () => {
    const { write, wait, text } = harness();
    write(span('a', 'b'), span('b', 'a'), span('c', 'c'));
    wait(2_000);
    expect(text()).toContain('3 spans');
    for (const name of ['a', 'b', 'c']) expect(text()).toContain(`─ ${name} 10 ms`);
  });

  it('prints logs, and what is in no trace, at once', () => {
    const { write, text } = harness();
    const base = { timestamp: start, attributes: {} };
    write(
      logSignal({ ...base, message: 'disk is full', level: 'warn', attributes: { 'disk.free': 0 }, trace: inTrace('x') }),
      responseSignal({ ...base, statusCode: 503, status: 'error', error: { type: 'TypeError', message: 'x' } }),
      requestSignal(base),
      profileSignal({ ...base, failed: true }),
      metricSignal({ ...base, name: 'lag', value: 12, unit: 'ms' }),
    );
    expect(text()).toMatchInlineSnapshot(`
      "12:34:56.789 WARN  disk is full  disk.free=0  trace=4bf92f3577b34da6a3ce929d0e0e4736
      12:34:56.789 ERROR ← 503 GET /orders 10 ms  TypeError: x  request=req-1
      12:34:56.789 INFO  → GET /orders  request=req-1
      12:34:56.789 ERROR ⏱ ✗ compute 10 ms
      12:34:56.789 INFO  # lag 12 ms"
    `);
  });

  it('prints an error with its first frames and its causes', () => {
    const { write, text, printed } = harness();
    const cause = { type: 'Error', message: 'ECONNREFUSED', stack: 'Error: ECONNREFUSED\n    at connect (db.ts:7:1)' };
    const stack = ['TypeError: no price', ...Array.from({ length: 9 }, (_, index) => `    at f${index} (shop.ts:${index}:1)`)].join('\n');
    write(errorSignal({ timestamp: start, handled: false, error: { type: 'TypeError', message: 'no price', stack, cause, errors: [cause] } }));
    expect(text()).toMatchInlineSnapshot(`
      "12:34:56.789 ERROR TypeError: no price (unhandled)
        at f0 (shop.ts:0:1)
        at f1 (shop.ts:1:1)
        at f2 (shop.ts:2:1)
        at f3 (shop.ts:3:1)
        …
        caused by Error: ECONNREFUSED
          at connect (db.ts:7:1)
        - Error: ECONNREFUSED
          at connect (db.ts:7:1)"
    `);
    expect(printed[0]?.[1]).toBe('error');
  });

  it('prints of a long stack where it was thrown, and the application\'s own code', () => {
    const { write, text } = harness();
    const own = (name: string) => `    at ${name} (/app/src/${name}.ts:7:1)`;
    const library = (index: number) => `    at each${index} (/app/node_modules/orm/lib/query.js:${index}:1)`;
    const libraries = Array.from({ length: 180 }, (_, index) => library(index));
    const stack = ['Error: no column', ...libraries.slice(0, 20), own('prices'), library(99), own('checkout'), '    at node:internal/main:1:2', ...libraries].join('\n');
    write(errorSignal({ timestamp: start, error: { type: 'Error', message: 'no column', stack } }));
    expect(text()).toMatchInlineSnapshot(`
      "12:34:56.789 ERROR Error: no column
        at each0 (/app/node_modules/orm/lib/query.js:0:1)
        at each1 (/app/node_modules/orm/lib/query.js:1:1)
        at prices (/app/src/prices.ts:7:1)
        at checkout (/app/src/checkout.ts:7:1)
        …"
    `);
  });

  it('prints frames once: not those of the engine, nor again those of the error around', () => {
    const { write, text } = harness();
    const common = '    at checkout (/app/checkout.ts:9:1)\n    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)';
    const cause = { type: 'SyntaxError', message: 'no JSON', stack: `SyntaxError: no JSON\n    at JSON.parse (<anonymous>)\n    at read (/app/read.ts:3:1)\n${common}` };
    const engine = { type: 'Error', message: 'of the engine', stack: 'Error: of the engine\n    at node:internal/a:1:1\n    at node:internal/b:1:1' };
    write(errorSignal({ timestamp: start, error: { type: 'Error', message: 'no order', stack: `Error: no order\n${common}`, cause, errors: [engine] } }));
    expect(text()).toMatchInlineSnapshot(`
      "12:34:56.789 ERROR Error: no order
        at checkout (/app/checkout.ts:9:1)
        caused by SyntaxError: no JSON
          at JSON.parse (<anonymous>)
          at read (/app/read.ts:3:1)
        - Error: of the engine
          at node:internal/a:1:1"
    `);
  });

  it('prints causes of causes further in, and the parts of an AggregateError', () => {
    const { write, text } = harness();
    const refused = (port: number) => ({ type: 'Error', message: `connect ECONNREFUSED 127.0.0.1:${port}` });
    const all = { type: 'AggregateError', message: '', errors: [refused(1), refused(2)] };
    write(errorSignal({ timestamp: start, error: { type: 'OrderError', message: 'no order', cause: { type: 'TypeError', message: 'fetch failed', cause: all } } }));
    expect(text()).toMatchInlineSnapshot(`
      "12:34:56.789 ERROR OrderError: no order
        caused by TypeError: fetch failed
          caused by AggregateError
            - Error: connect ECONNREFUSED 127.0.0.1:1
            - Error: connect ECONNREFUSED 127.0.0.1:2"
    `);
  });

  it('prints how many an error stands for, who had it, and what was given to explain it', () => {
    const { write, text } = harness();
    const signal = { timestamp: start, tags: { region: 'eu' }, user: { id: 'u1', username: 'ada' }, attributes: { 'order.number': 7 } };
    write(errorSignal({ ...signal, count: 12, context: { cart: { items: 3 } } }), errorSignal({ ...signal, count: 1, user: undefined, tags: undefined }));
    expect(text()).toMatchInlineSnapshot(`
      "12:34:56.789 ERROR TypeError: x is not a function ×12  region=eu user.id=u1 user.name=ada order.number=7
        context {"cart":{"items":3}}
      12:34:56.789 ERROR TypeError: x is not a function  order.number=7"
    `);
  });

  it('prints the last steps before an error, but for those that were printed when they happened', () => {
    const { write, text } = harness();
    const step = (category: string, message: string, before: number) => ({ category, message, timestamp: start - before, level: 'info' as const, attributes: { category } });
    const breadcrumbs = [step('navigation', '/ → /cart', 60_000), step('ui.click', 'a#cart', 9_000), step('manual', 'cart opened', 8_000)];
    write(errorSignal({ timestamp: start, breadcrumbs: [...breadcrumbs, step('http', 'GET /cart', 5), step('log', 'x', 4), step('span', 'y', 3), step('ui.click', 'button#pay', 2)] }));
    expect(text()).toMatchInlineSnapshot(`
      "12:34:56.789 ERROR TypeError: x is not a function
        • -9.00 s  ui.click a#cart  category=ui.click
        • -8.00 s  cart opened  category=manual
        • -2.0 ms  ui.click button#pay  category=ui.click"
    `);
  });

  it('says how many signals the flight recorder had', () => {
    const { write, text } = harness();
    write(errorSignal({ timestamp: start, recording: [spanSignal(), logSignal()] }));
    expect(text().split('\n').slice(1)).toEqual(['  2 signals recorded']);
  });

  it.each<['Node' | 'a browser', ErrorSignal['mechanism'], ErrorSignal['level'], number]>([
    ['Node', 'onuncaughtexception', 'fatal', 1],
    ['Node', 'onunhandledrejection', 'fatal', 1],
    ['Node', 'onuncaughtexception', 'error', 3],
    ['Node', 'onunhandledrejection', 'error', 3],
    ['Node', 'generic', 'fatal', 3],
    ['Node', 'onerror', 'error', 3],
    ['a browser', 'onerror', 'error', 1],
    ['a browser', 'onunhandledrejection', 'error', 1],
    ['a browser', 'onresource', 'error', 3],
  ])('leaves to the host what that prints of an error nobody caught: %s, %s, %s', (host, mechanism, level, lines) => {
    const printed: string[] = [];
    const { write } = harness({ print: Object.assign((text: string) => void printed.push(text), { together: host === 'Node' }) });
    const error = { type: 'Error', message: 'boom', stack: 'Error: boom\n    at a (b.ts:1:1)', cause: { type: 'string', message: 'why' } };
    write(errorSignal({ timestamp: start, mechanism, level, handled: false, trace: inTrace('x'), error }));
    expect(printed.join().split('\n')).toHaveLength(lines);
    expect(printed.join()).toContain(`${level.toUpperCase()} Error: boom (unhandled)  trace=${traceId}`);
  });

  it('prints once what was thrown when that is nothing', () => {
    const { write, text } = harness();
    write(errorSignal({ timestamp: start, error: { type: 'undefined', message: 'undefined' } }), errorSignal({ timestamp: start, error: { type: 'string', message: 'boom' } }));
    expect(text()).toBe('12:34:56.789 ERROR undefined\n12:34:56.789 ERROR string: boom');
  });

  it('has an end even if an error is part of itself', () => {
    const { write, text } = harness();
    const error = { type: 'Error', message: 'loop', cause: undefined as SerializedError | undefined, errors: [] as SerializedError[] };
    error.cause = error;
    error.errors.push(error, error);
    write(errorSignal({ error }));
    expect(text().split('\n').length).toBeLessThan(120);
  });

  it('shows terminal escapes instead of obeying them, everywhere', () => {
    const { sink, write, text } = harness();
    const evil = '\u001b[2J\u009b1A\r\n\u202e\u061c\u0007x';
    write(
      logSignal({ message: evil, attributes: { [evil]: evil } }),
      errorSignal({ error: { type: evil, message: evil, stack: `${evil}\n at ${evil}:1:1`, cause: { type: evil, message: evil } } }),
      responseSignal({ name: evil, path: evil, method: evil, requestId: evil, error: { type: evil, message: evil } }),
      responseSignal({ name: 'GET /:id', path: `/${evil}`, status: evil as 'error', statusCode: undefined, trace: inTrace('x') }),
      requestSignal({ name: evil, path: evil, requestId: evil }),
      metricSignal({ name: evil, unit: evil }),
      span('x', undefined, {
        name: evil,
        status: { code: 'error', message: evil },
        attributes: { 'service.name': evil, list: [evil] },
        events: [{ name: evil, timestamp: start, attributes: { evil } }],
        trace: { ...inTrace('x'), traceId: evil },
      }),
      span('y', 'x', { requestId: evil, trace: { ...inTrace('y'), traceId: evil } }),
      responseSignal({ name: evil, path: `/${evil}`, requestId: evil, trace: { ...inTrace('x'), traceId: evil } }),
      span('x', undefined),
    );
    void sink.close?.();
    expect(text()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u202e]/);
    expect(text()).toContain('\\x1b[2J\\x9b1A\\x0d\\n\\u202e\\u061c\\x07x');
  });

  it('has an end to every line', () => {
    const { write, text } = harness();
    write(logSignal({ message: 'x'.repeat(100_000), attributes: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, 'v'.repeat(500)])) }));
    expect(text().length).toBeLessThan(6_000);
  });

  it('uses colours only when asked', () => {
    const plain = harness();
    const coloured = harness({ color: true });
    const batch = [logSignal(), span('x', undefined, { status: { code: 'error' } }), errorSignal()];
    plain.write(...batch);
    coloured.write(...batch);
    expect(plain.text()).not.toContain('\u001b');
    expect(coloured.text().replace(/\u001b\[\d+m/g, '')).toBe(plain.text());
    expect(coloured.text()).toContain('\u001b[31m');
  });

  it('takes spans, responses, logs and errors', () => {
    const { sink } = harness();
    const all = [spanSignal(), requestSignal(), responseSignal(), profileSignal(), errorSignal(), logSignal(), metricSignal()];
    expect(all.filter((signal) => sink.accepts?.(signal)).map(({ kind }) => kind)).toEqual(['span', 'response', 'error', 'log']);
  });

  it('leaves out what came from the console: it is there already', () => {
    expect(harness().sink.accepts?.(logSignal({ name: 'console', level: 'error', severityNumber: 17 }))).toBe(false);
    expect(harness({ format: 'json' }).sink.accepts?.(logSignal({ name: 'console', level: 'error', severityNumber: 17 }))).toBe(false);
  });

  it('says which kinds it takes, as long as it decides that itself', () => {
    const { sink } = harness();
    const kindsOf = (one: Sink) => [...(acceptedKinds(one) ?? ['any'])];
    expect(kindsOf(sink)).toEqual(['response', 'error', 'log', 'span']);
    expect(kindsOf({ ...sink })).toEqual(['response', 'error', 'log', 'span']);
    sink.configure?.({ development: false, resource: {}, warn: () => undefined });
    expect(kindsOf(sink)).toEqual(['response', 'error', 'log']);
    expect(kindsOf(harness({ spans: false }).sink)).toEqual(['response', 'error', 'log']);
    expect(kindsOf({ ...sink, accepts: () => true })).toEqual(['any']);
    expect(kindsOf({ name: 'own', write: () => undefined })).toEqual(['any']);
  });

  it('works without this, for who wraps it', () => {
    const { sink, texts } = harness();
    const wrapped: Sink = { ...sink, accepts: () => true };
    const { write, close } = wrapped;
    void write([profileSignal(), requestSignal(), span('a', 'b')], context);
    void close?.();
    expect(texts()).toHaveLength(3);
  });

  it('prints what is not what its kind says, and goes on', () => {
    const { write, texts } = harness();
    write({ kind: 'response', name: 'x', timestamp: Number.NaN, attributes: {} } as unknown as Signal, { ...spanSignal(), parentSpanId: undefined, status: undefined } as unknown as Signal, logSignal({ message: 'next' }));
    expect(texts()).toHaveLength(3);
    expect(texts().join()).toContain('next');
  });

  it('keeps the process alive when printing fails on a tick', () => {
    const { write, wait, isTicking } = harness({
      print() {
        throw new Error('EPIPE');
      },
    });
    write(span('a', 'b'));
    expect(() => wait(2_000)).not.toThrow();
    expect(isTicking()).toBe(false);
  });
});

describe('the JSON format', () => {
  it('says all of a request and its response on a line each', () => {
    const { write, text } = harness({ format: 'json' });
    const fields = { timestamp: start, trace: inTrace('00f067aa0ba902b7'), requestId: 'req-7', sessionId: 'a'.repeat(32), side: 'server' as const, name: 'POST /orders/:id', method: 'POST', path: '/orders/42?page=2', params: { id: '42' }, attributes: { 'http.route': '/orders/:id' } };
    write(
      requestSignal({ ...fields, headers: { accept: '*/*' } }),
      responseSignal({ ...fields, status: 'error', statusCode: 500, duration: 12.5, error: { type: 'TypeError', message: 'no price' }, headers: { 'content-type': 'text/plain' }, requestData: { items: [1] }, data: 'sorry' }),
    );
    expect(text()).toMatchInlineSnapshot(`
      "{"time":"2026-01-02T12:34:56.789Z","level":"info","kind":"request","name":"POST /orders/:id","traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","requestId":"req-7","sessionId":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","side":"server","method":"POST","path":"/orders/42?page=2","params":{"id":"42"},"headers":{"accept":"*/*"},"attributes":{"http.route":"/orders/:id"}}
      {"time":"2026-01-02T12:34:56.789Z","level":"error","kind":"response","name":"POST /orders/:id","traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","requestId":"req-7","sessionId":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","side":"server","method":"POST","path":"/orders/42?page=2","params":{"id":"42"},"status":"error","statusCode":500,"duration":12.5,"error":{"type":"TypeError","message":"no price"},"headers":{"content-type":"text/plain"},"requestData":{"items":[1]},"data":"sorry","attributes":{"http.route":"/orders/:id"}}"
    `);
  });

  it('prints a batch in its order at once, where levels make no difference', () => {
    const printed: string[] = [];
    const { write } = harness({ format: 'json', print: Object.assign((text: string) => void printed.push(text), { together: true }) });
    write(responseSignal({ requestId: 'a' }), errorSignal({ requestId: 'b' }), responseSignal({ requestId: 'c', statusCode: 500, status: 'error' }));
    expect(printed.map((text) => text.split('\n').map((line) => (JSON.parse(line) as { requestId: string }).requestId))).toEqual([['a', 'b', 'c']]);
    write();
    expect(printed).toHaveLength(1);
  });

  it('prints each line by itself with its level where that makes one', () => {
    const { write, printed } = harness({ format: 'json' });
    write(responseSignal(), responseSignal({ statusCode: 404 }), responseSignal({ status: 'abandoned' }));
    expect(printed.map(([, level]) => level)).toEqual(['info', 'warn', 'error']);
  });

  it('prints the attributes of the resource as those of any signal', () => {
    const { sink, write, texts } = harness({ format: 'json' });
    const resource = { 'service.name': 'shop', 'service.version': '1' };
    const signals = [{ own: 1, ...resource }, { 'service.name': 'own' }, resource].map((attributes) => responseSignal({ attributes }));
    write(...signals);
    sink.configure?.({ development: false, resource, warn: () => undefined });
    write(...signals);
    expect(texts().slice(3)).toEqual(texts().slice(0, 3));
  });

  it('prints one line a signal, its fields in a fixed order', () => {
    const { write, text } = harness({ format: 'json' });
    write(
      responseSignal({ timestamp: start, trace: inTrace('00f067aa0ba902b7'), attributes: { 'http.route': '/orders' } }),
      logSignal({ timestamp: start, message: 'careful', level: 'warn', severityNumber: 13 }),
      profileSignal({ timestamp: start }),
    );
    expect(text()).toMatchInlineSnapshot(`
      "{"time":"2026-01-02T12:34:56.789Z","level":"info","kind":"response","name":"GET /orders","traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","requestId":"req-1","method":"GET","path":"/orders","status":"success","statusCode":200,"duration":10,"attributes":{"http.route":"/orders"}}
      {"time":"2026-01-02T12:34:56.789Z","level":"warn","kind":"log","name":"log","eventId":"fedcba9876543210fedcba9876543210","message":"careful","attributes":{}}
      {"time":"2026-01-02T12:34:56.789Z","level":"info","kind":"profile","name":"compute","duration":10,"failed":false,"attributes":{}}"
    `);
  });

  it('says all of an error on one line: its causes, how often, who had it, and the steps before', () => {
    const { write, text } = harness({ format: 'json' });
    write(
      errorSignal({
        ...{ timestamp: start, handled: false, mechanism: 'onunhandledrejection', count: 12, tags: { region: 'eu' }, user: { id: 'u1' }, context: { cart: 7 } },
        error: { type: 'Error', message: 'no order', stack: 'Error: no order\n    at a (b.ts:1:1)', cause: { type: 'TypeError', message: 'fetch failed' } },
        breadcrumbs: [{ category: 'http', message: 'GET /cart', timestamp: start, level: 'info', attributes: {} }],
        recording: [spanSignal(), logSignal()],
      }),
    );
    expect(text()).toMatchInlineSnapshot(`"{"time":"2026-01-02T12:34:56.789Z","level":"error","kind":"error","name":"TypeError","eventId":"0123456789abcdef0123456789abcdef","handled":false,"mechanism":"onunhandledrejection","count":12,"error":{"type":"Error","message":"no order","stack":"Error: no order\\n    at a (b.ts:1:1)","cause":{"type":"TypeError","message":"fetch failed"}},"tags":{"region":"eu"},"user":{"id":"u1"},"context":{"cart":7},"breadcrumbs":[{"category":"http","message":"GET /cart","timestamp":1767357296789,"level":"info","attributes":{}}],"recorded":2,"attributes":{}}"`);
  });

  it('takes responses, errors, warnings, and spans when asked', () => {
    const all = [
      ...[spanSignal(), requestSignal(), responseSignal(), profileSignal(), errorSignal(), metricSignal()],
      logSignal({ level: 'info', severityNumber: 9 }),
      logSignal({ level: 'warn', severityNumber: 13 }),
    ];
    const kinds = (setup: Partial<ConsoleSinkSetup>) => {
      const { sink } = harness({ format: 'json', ...setup });
      return all.filter((signal) => sink.accepts?.(signal)).map((signal) => (signal.kind === 'log' ? signal.level : signal.kind));
    };
    expect(kinds({})).toEqual(['response', 'error', 'warn']);
    expect(kinds({ spans: true })).toEqual(['span', 'response', 'error', 'warn']);
  });

  it('has no control characters, and stays JSON', () => {
    const { write, texts } = harness({ format: 'json' });
    const evil = '\u001b[2J\u007f\u0085\u009b\u2028\u2029\u202e\u2066\u061c\u200f\r\n\ud800';
    const exchange = { name: evil, path: evil, method: evil, requestId: evil, params: { [evil]: evil }, headers: { 'user-agent': evil } };
    write(logSignal({ message: evil }), requestSignal(exchange), responseSignal({ ...exchange, data: [evil] }), spanSignal({ name: evil }));
    for (const text of texts()) expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800]/);
    expect(JSON.parse(texts()[0] as string)).toMatchObject({ message: evil });
    expect(JSON.parse(texts()[2] as string)).toMatchObject({ ...exchange, data: [evil] });
  });

  it('shortens what would make a line endless', () => {
    const { write, texts } = harness({ format: 'json' });
    write(errorSignal({ context: { big: 'x'.repeat(100_000) }, name: 'kept' }));
    expect(texts()[0]?.length).toBeLessThan(65_536);
    expect(JSON.parse(texts()[0] as string)).toMatchObject({ name: 'kept', context: '[100010 characters]' });
  });

  it('has the last ten steps before an error', () => {
    const { write, texts } = harness({ format: 'json' });
    write(errorSignal({ breadcrumbs: Array.from({ length: 50 }, (_, index) => ({ category: 'manual', message: `step ${index}`, timestamp: start, level: 'info', attributes: {} })) }));
    const { breadcrumbs } = JSON.parse(texts()[0] as string) as { breadcrumbs: { message: string }[] };
    expect(breadcrumbs.map(({ message }) => message)).toEqual(Array.from({ length: 10 }, (_, index) => `step ${40 + index}`));
  });

  it('shortens of a large error what is long, and not what it says', () => {
    const { write, texts } = harness({ format: 'json' });
    const long = (name: string) => ({ type: name, message: 'm'.repeat(3_000), stack: `${name}\n${'    at f (g.ts:1:1)\n'.repeat(800)}` });
    const breadcrumbs = Array.from({ length: 900 }, (_, index) => ({ category: 'manual', message: `step ${index}${'s'.repeat(900)}`, timestamp: start, level: 'info' as const, attributes: {} }));
    write(errorSignal({ error: { ...long('Error'), cause: { ...long('TypeError'), errors: [long('RangeError'), { type: 'string', message: 'why' }] } }, breadcrumbs }));
    expect(texts()[0]?.length).toBeLessThan(16_384);
    const line = JSON.parse(texts()[0] as string) as { breadcrumbs: { message: string }[] };
    const shortened = { message: expect.stringMatching(/^m{256,}…\[3000 characters\]$/), stack: expect.stringMatching(/at f \(g\.ts:1:1\)\n[^]*…\[\d+ characters\]$/) };
    expect(line).toMatchObject({
      error: { type: 'Error', ...shortened, cause: { type: 'TypeError', ...shortened, errors: [{ type: 'RangeError', ...shortened }, { type: 'string', message: 'why' }] } },
    });
    expect(line.breadcrumbs.map(({ message }) => message.slice(0, 8))).toEqual(Array.from({ length: 4 }, (_, index) => `step ${896 + index}`));
  });

  it('has of many errors in one the first twenty, each with what it says', () => {
    const { write, texts } = harness({ format: 'json' });
    const stack = `Error\n${'    at f (g.ts:1:1)\n'.repeat(100)}`;
    const errors = Array.from({ length: 49 }, (_, index) => ({ type: 'Error', message: `part ${index}`, stack }));
    write(errorSignal({ error: { type: 'AggregateError', message: 'all', stack, errors } }));
    const { error } = JSON.parse(texts()[0] as string) as { error: SerializedError };
    expect([error.message, ...(error.errors ?? []).map(({ message }) => message)]).toEqual(['all', ...Array.from({ length: 19 }, (_, index) => `part ${index}`)]);
  });

  it('has an end to the line of an error that somebody made', () => {
    const { write, texts } = harness({ format: 'json' });
    let error: SerializedError = { type: 'Error', message: '\u0000'.repeat(10_000) };
    for (let depth = 0; depth < 200; depth += 1) error = { ...error, cause: error };
    write(errorSignal({ error, name: 'kept' }), errorSignal({ error: 'x'.repeat(70_000) as never, breadcrumbs: 'y'.repeat(70_000) as never, name: 'kept' }));
    for (const text of texts()) {
      expect(text.length).toBeLessThan(65_536);
      expect(JSON.parse(text)).toMatchObject({ name: 'kept', error: expect.stringContaining('characters') });
    }
  });

  it('prints what JSON cannot hold, and what is no signal', () => {
    const { write, texts } = harness({ format: 'json' });
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    write(logSignal({ context: { big: 1n, circle } }), { kind: 'span' } as unknown as Signal);
    expect(texts().map((text) => JSON.parse(text))).toMatchObject([{ context: { big: '1n' } }, { signal: { kind: 'span' } }]);
  });
});
