import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonLine } from '../../../src/core/sinks/console-json.ts';
import { createJsonLines } from '../../../src/core/sinks/console-json-lines.ts';
import { isoTime } from '../../../src/core/sinks/console-text.ts';
import { createIsoClock } from '../../../src/core/sinks/iso-clock.ts';
import type { Attributes, Signal } from '../../../src/core/signal.ts';
import { errorSignal, logSignal, requestSignal, responseSignal, spanSignal, traceOf } from '../../helpers/signals.ts';

const resource: Attributes = Object.freeze({ 'service.name': 'shop', 'service.version': '1.2.3 "β"', debug: false, replicas: 3, empty: undefined, zones: ['a', 'b'] });

const texts = fc.oneof(
  fc.constantFrom('GET', '/orders/:id', '/orders/42?page=2', 'application/json; charset=utf-8', '', '"', '\\', '\u001b[2J', '\u007f\u0085', '\u2028\u2029', '\u202e\u2066\u061c\u200f', '\ud800', '\udfff x', '💥', 'ä'),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
/** What JSON has its own ideas of. */
const odd = fc.constantFrom<unknown>(null, Number.NaN, Number.POSITIVE_INFINITY, -0, 1e300, 10n, () => 1, Symbol('s'), new Date(0), new Date(Number.NaN), new Map([[1, 2]]), [undefined, () => 1], { toJSON: (key: string) => `own ${key}` }, { toJSON: () => undefined }, { toJSON: 1, a: undefined }, new String('boxed'), Object.create(null));
const keys = fc.oneof(fc.constantFrom('http.route', 'toJSON', '__proto__', '1', '0', 'constructor', 'service.name', 'zones', 'debug'), texts);
const values = fc.oneof(texts, texts, fc.integer(), fc.double(), fc.boolean(), fc.constant(undefined), fc.array(texts, { maxLength: 2 }), odd);
const fields = fc.dictionary(keys, values, { maxKeys: 5, noNullPrototype: true });
const ownThenResource = fields.map((own) => {
  const all: Record<string, unknown> = { ...own };
  for (const key in resource) if (!Object.hasOwn(all, key)) all[key] = resource[key];
  return all;
});
const attributes = fc.oneof(fields, ownThenResource, fc.constant(resource), fields.map((own) => ({ ...resource, ...own }))) as fc.Arbitrary<Attributes>;
const anything = fc.oneof(fc.constant(undefined), fields, values, fc.object({ maxDepth: 2 }), fc.constant(new Array(3)));
const base = fc.record({
  name: texts,
  timestamp: fc.oneof(fc.constantFrom(1_700_000_000_000, 1_700_000_000_999.75, 1_700_000_001_000, 0, -1, Number.NaN, 8.64e15, 1e17), fc.date({ noInvalidDate: true }).map(Number), fc.double()),
  attributes,
  trace: fc.oneof(fc.constant(undefined), fc.constant(traceOf(7)), texts.map((traceId) => ({ ...traceOf(7), traceId }))),
  requestId: texts,
  sessionId: fc.option(texts, { nil: undefined }),
});
const exchange = fc.record({ side: fc.constantFrom('server', 'client', undefined), method: texts, path: texts, params: anything, headers: fc.option(fields, { nil: undefined }) as fc.Arbitrary<undefined> });
const outcome = fc.record({
  status: fc.constantFrom('success', 'error', 'abandoned'),
  statusCode: fc.oneof(fc.constant(undefined), fc.constantFrom(200, 404, 503), fc.double()),
  duration: fc.double(),
  error: fc.option(texts.map((message) => ({ type: 'E', message, stack: message, cause: undefined })), { nil: undefined }),
  requestData: anything,
  data: anything,
});
const logs = fc.record({ eventId: texts, message: texts, level: fc.constantFrom('debug', 'info', 'warn', 'fatal'), context: anything });
const signals: fc.Arbitrary<Signal> = fc.oneof(
  fc.tuple(base, exchange).map(([base, exchange]) => requestSignal({ ...base, ...exchange })),
  fc.tuple(base, exchange, outcome).map(([base, exchange, outcome]) => responseSignal({ ...base, ...exchange, ...outcome })),
  fc.tuple(base, exchange, outcome).map(([base, exchange, outcome]) => responseSignal({ ...base, ...exchange, ...outcome })),
  fc.tuple(base, logs).map(([base, log]) => logSignal({ ...base, ...log })),
);
/** A field that is not what its kind says, or is not there. */
const wrong = fc.oneof(odd, texts, fc.constantFrom('constructor', 'toString', '__proto__', 'none', 'Error', 'trace'), fc.constant(undefined), fc.integer(), fc.constant({}));
const spoilt = fc.tuple(signals, fc.constantFrom('name', 'timestamp', 'attributes', 'trace', 'requestId', 'sessionId', 'side', 'method', 'path', 'params', 'headers', 'status', 'statusCode', 'duration', 'error', 'level', 'message', 'eventId', 'context', 'extra'), wrong).map(([signal, key, value]) => ({ ...signal, [key]: value }) as Signal);

describe('a line that is put together', () => {
  it('is the line JSON.stringify makes, whatever came before it', () => {
    const lineOf = createJsonLines(resource);
    fc.assert(
      fc.property(fc.oneof({ arbitrary: signals, weight: 3 }, { arbitrary: spoilt, weight: 1 }), (signal) => {
        // Twice: what came twice is remembered.
        for (const line of [lineOf(signal), lineOf(signal)]) expect(line).toBe(jsonLine(signal));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is one line of JSON without anything a terminal would obey', () => {
    const lineOf = createJsonLines(resource);
    fc.assert(
      fc.property(signals, (signal) => {
        const line = lineOf(signal);
        expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udbff](?![\udc00-\udfff])/);
        expect(() => JSON.parse(line)).not.toThrow();
      }),
      { numRuns: 1_000 },
    );
  });

  it('is shortened where JSON.stringify\'s is', () => {
    const lineOf = createJsonLines({});
    for (const length of [65_000, 65_200, 65_300, 65_400, 65_536, 100_000]) {
      for (const text of ['x', '\u2028', '"']) {
        const signal = responseSignal({ data: text.repeat(length / (text === '"' ? 2 : 1)) });
        expect(lineOf(signal)).toBe(jsonLine(signal));
      }
    }
    expect(JSON.parse(lineOf(responseSignal({ data: { body: 'x'.repeat(70_000) } })))).toMatchObject({ path: '/orders', data: '[70011 characters]' });
  });

  it('is made for other kinds as ever', () => {
    const lineOf = createJsonLines(resource);
    for (const signal of [spanSignal(), errorSignal(), { kind: 'response' } as Signal, { kind: 'log', attributes: {} } as Signal]) expect(lineOf(signal)).toBe(jsonLine(signal));
  });

  it('remembers a bounded number of names and values, and goes on', () => {
    const lineOf = createJsonLines({});
    for (let index = 0; index < 5_000; index += 1) {
      const signal = responseSignal({ attributes: { [`k${index}`]: index, 'http.route': index % 2 === 0 ? '/a' : '/b', long: 'x'.repeat(300) } });
      if (index % 97 === 0) expect(lineOf(signal)).toBe(jsonLine(signal));
      else lineOf(signal);
    }
  });
});

it('the time of a line is ISO 8601, in the same second and in another', () => {
  const clock = createIsoClock();
  fc.assert(
    fc.property(fc.oneof(fc.double(), fc.integer(), fc.date({ noInvalidDate: true }).map(Number), fc.double({ min: 1.7e12, max: 1.7e12 + 5_000, noNaN: true })), (timestamp) => {
      expect(clock(timestamp)).toBe(isoTime(timestamp));
    }),
    { numRuns: 3_000 },
  );
});
