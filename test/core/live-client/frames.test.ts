import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../../src/core/ledger.ts';
import type { LiveFrame } from '../../../src/core/live/live-frame.ts';
import { liveVersion } from '../../../src/core/live/live-frame.ts';
import { readLiveFrame } from '../../../src/core/live/read-live-frame.ts';
import { signalKinds } from '../../../src/core/signal.ts';
import type { Signal } from '../../../src/core/signal.ts';
import { createTestObservability } from '../../../src/node/testing.ts';
import { healthFrame, helloFrame, seriesOf, signalsFrame, statisticsFrame } from '../../helpers/live-frames.ts';
import { errorSignal, logSignal, metricSignal, profileSignal, requestSignal, responseSignal, spanSignal, traceOf } from '../../helpers/signals.ts';

function read(type: string, data: unknown): { readonly frame: LiveFrame | undefined; readonly ignored: string[] } {
  const ignored: string[] = [];
  const frame = readLiveFrame({ type, data: typeof data === 'string' ? data : JSON.stringify(data) }, (what) => ignored.push(what));
  return { frame, ignored };
}

const ledger: Ledger = createTestObservability().obs.ledger();
const signals: readonly Signal[] = [
  spanSignal({ events: [{ name: 'retry', timestamp: 1, attributes: { n: 1 } }], links: [traceOf(2)], scope: { name: 'lib', version: '1' }, parentSpanId: '1'.repeat(16) }),
  requestSignal({ params: { a: [1, { b: null }] }, headers: { accept: 'x' }, side: 'server' }),
  responseSignal({ status: 'error', error: { type: 'E', message: 'm', stack: 's', cause: { type: 'C', message: '' }, errors: [{ type: 'D', message: '' }] } }),
  profileSignal({ trace: traceOf(1) }),
  errorSignal({ breadcrumbs: [{ category: 'ui', message: 'click', timestamp: 1, level: 'info', attributes: {} }], context: { cart: 1 } }),
  logSignal(),
  metricSignal({ attributes: { list: ['a', 'b'], flag: true, number: 1.5 } }),
  errorSignal({ mechanism: 'onerror', tags: { region: 'eu' }, user: { id: 'u1' }, count: 12, recording: [logSignal()] }),
];
const frames: readonly LiveFrame[] = [
  helloFrame({ version: liveVersion }),
  statisticsFrame({ a: 1, __proto__x: 2 }),
  { ...statisticsFrame({}), series: [{ ...seriesOf('a', 1), resolution: 0.1, exemplars: { p99: { traceId: 'f', value: 10, timestamp: 1 } } }] },
  signalsFrame(...signals),
  healthFrame(
    { timestamp: 1, type: 'dropped', sink: 'otlp', reason: 'queue-full', count: 3 },
    { timestamp: 1, type: 'sink-failed', sink: 'otlp', error: { type: 'E', message: 'm' }, retryIn: 5 },
    { timestamp: 1, type: 'sink-recovered', sink: 'otlp' },
    { timestamp: 1, type: 'subscriber-failed', name: 's', error: { type: 'E', message: 'm' } },
    { timestamp: 1, type: 'operator-failed', name: 'o', error: { type: 'E', message: 'm' } },
    { timestamp: 1, type: 'source-failed', name: 's', error: { type: 'E', message: 'm' } },
    { timestamp: 1, type: 'input-ignored', name: 'i', message: 'm', count: 1 },
  ),
  { type: 'ledger', time: 1, ledger },
  { type: 'metrics', metrics: [metricSignal()] },
  { type: 'errors', errors: [errorSignal()] },
  { type: 'traces', traces: [{ traceId: 'f', name: 'GET /', timestamp: 1, duration: 2, failed: false, spans: [spanSignal()], leftOut: 0 }] },
  { type: 'skipped', frames: 2 },
];

describe('a frame', () => {
  it.each(frames.map((frame) => [frame.type, frame] as const))('of type %s is read as it was written', (type, frame) => {
    const { type: _, ...data } = frame;
    const { frame: seen, ignored } = read(type, data);
    expect(seen).toEqual(JSON.parse(JSON.stringify(frame)));
    expect(ignored).toEqual([]);
  });

  it('may hold signals of every kind', () => {
    expect(new Set(signals.map(({ kind }) => kind))).toEqual(new Set(signalKinds));
  });

  it('of a type that a newer server knows is passed over without a word', () => {
    expect(read('telepathy', '{')).toEqual({ frame: undefined, ignored: [] });
    expect(read('constructor', '{}')).toEqual({ frame: undefined, ignored: [] });
  });

  it('may say more than this version knows', () => {
    const { frame, ignored } = read('skipped', { frames: 1, why: 'slow' });
    expect(frame).toEqual({ type: 'skipped', frames: 1, why: 'slow' });
    expect(ignored).toEqual([]);
  });

  it('cannot name itself otherwise', () => {
    expect(read('skipped', { frames: 1, type: 'hello' }).frame).toEqual({ type: 'skipped', frames: 1 });
  });

  it.each<[string, unknown]>([
    ['skipped', ''],
    ['skipped', '{"frames":1'],
    ['skipped', 'null'],
    ['skipped', '[]'],
    ['skipped', '7'],
    ['skipped', {}],
    ['skipped', { frames: '1' }],
    ['skipped', '{"frames":1e999}'],
    ['skipped', '{"__proto__":{"frames":1}}'],
    ['skipped', '{"frames":1,"__proto__":{"polluted":true}}'],
    ['hello', { ...helloFrame(), service: 1 }],
    ['statistics', { ...statisticsFrame({}), series: {} }],
    ['statistics', { ...statisticsFrame({}), time: null }],
    ['health', { health: 'fine' }],
    ['ledger', { time: 1, ledger: { ...ledger, sinks: { a: {} } } }],
    ['ledger', { time: 1, ledger: { ...ledger, held: 'all' } }],
    ['ledger', `{"time":1,"ledger":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`],
  ])('of type %s that is malformed is left out, and told: %#', (type, data) => {
    expect(read(type, data)).toEqual({ frame: undefined, ignored: [`a frame of type ${type} that cannot be read`] });
  });
});

describe('what is wrong in the list of a frame', () => {
  const series = seriesOf('a', 1);
  it.each<[string, string, unknown, readonly unknown[]]>([
    ['statistics', 'series', series, [null, 'a', [], {}, { ...series, name: 1 }, { ...series, p99: null }, { ...series, p99: '7' }, { ...series, resolution: 'fine' }, { ...series, exemplars: undefined }, { ...series, exemplars: { p99: { traceId: 1 } } }]],
    ['signals', 'signals', signals[0], [null, {}, { kind: 'spam' }, { ...signals[0], kind: 'constructor' }, { ...signals[0], trace: undefined }, { ...signals[0], duration: null }, { ...signals[0], status: {} }, { ...signals[0], events: {} }]],
    ['signals', 'signals', signals[1], [{ ...signals[1], requestId: undefined }, { ...signals[1], side: 'left' }, { ...signals[1], headers: { a: 1 } }]],
    ['signals', 'signals', signals[2], [{ ...signals[2], status: 200 }, { ...signals[2], duration: '7' }, { ...signals[2], error: 'boom' }, { ...signals[2], error: { type: 'E', message: 'm', cause: 'boom' } }]],
    ['signals', 'signals', signals[3], [{ ...signals[3], failed: 'no' }, { ...signals[3], attributes: undefined }, { ...signals[3], timestamp: undefined }]],
    ['signals', 'signals', signals[4], [{ ...signals[4], error: undefined }, { ...signals[4], level: 'loud' }, { ...signals[4], breadcrumbs: [{}] }]],
    ['signals', 'signals', signals[5], [{ ...signals[5], message: undefined }, { ...signals[5], severityNumber: 'high' }]],
    ['signals', 'signals', signals[6], [{ ...signals[6], value: null }, { ...signals[6], instrument: 'violin' }]],
    ['signals', 'signals', signals[7], [{ ...signals[7], count: 'many' }, { ...signals[7], tags: { region: 1 } }, { ...signals[7], user: 'u1' }, { ...signals[7], mechanism: {} }, { ...signals[7], recording: [{}] }]],
    ['metrics', 'metrics', signals[6], [signals[5], {}]],
    ['errors', 'errors', signals[4], [signals[5], {}]],
    ['health', 'health', { timestamp: 1, type: 'sink-recovered', sink: 'a' }, [{ timestamp: 1, type: 'unwell' }, { type: 'sink-recovered', sink: 'a' }, { timestamp: 1, type: 'sink-recovered' }]],
    ['traces', 'traces', { traceId: 'f', name: 'a', timestamp: 1, duration: 2, failed: false, spans: [signals[0]], leftOut: 0 }, [{ traceId: 'f', name: 'a', timestamp: 1, duration: 2, failed: false, spans: [signals[3]], leftOut: 0 }, {}]],
  ])('is left out, the rest is read, and it is told once: %s', (type, list, good, wrong) => {
    const frame = { ...statisticsFrame({}), leftOut: 0, [list]: [good, ...wrong, good] };
    const { frame: seen, ignored } = read(type, frame);
    const item: unknown = JSON.parse(JSON.stringify(good));
    expect(Reflect.get(seen!, list)).toEqual([item, item]);
    expect(ignored).toEqual([`items of a frame of type ${type} that cannot be read`]);
    // Each of them alone is noticed.
    for (const one of wrong) expect(Reflect.get(read(type, { ...frame, [list]: [one] }).frame!, list)).toEqual([]);
  });

  it('costs an attribute no more than itself', () => {
    const { frame, ignored } = read('metrics', '{"metrics":[{"kind":"metric","name":"a","timestamp":1,"value":1,"unit":"1","instrument":"gauge","attributes":{"a":1,"b":null,"c":{"d":1},"e":[1,"2"],"f":["g"],"__proto__x":2}}]}');
    expect(frame).toMatchObject({ metrics: [{ attributes: { a: 1, f: ['g'], __proto__x: 2 } }] });
    expect(Object.keys(Reflect.get(Reflect.get(frame!, 'metrics')[0], 'attributes'))).toEqual(['a', 'f', '__proto__x']);
    expect(ignored).toEqual([]);
  });

  it('changes the prototype of nothing', () => {
    const poisoned = JSON.stringify(metricSignal()).replace('{', '{"__proto__":{"polluted":true},');
    expect(read('metrics', `{"metrics":[${poisoned}]}`).frame).toEqual({ type: 'metrics', metrics: [] });
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});
