import { trace } from '@opentelemetry/api';
import { Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from '#test';
import { createObservability } from '#sdk';
import type { ObservabilityManager, ObservabilityOptions } from '#sdk';
import { createTestClock } from '#testing';
import { recorded } from '../helpers/recorded.ts';

/** Where all copies of OpenTelemetry's API register. */
const registry = Symbol.for('opentelemetry.js.api.1');
const globals = globalThis as Record<symbol, unknown>;

let managers: ObservabilityManager[] = [];
/** In the suites that need it alone: a page has all of them. */
function aRegistryOfItsOwn(): void {
  // Whatever registered and left before: its version stays.
  beforeEach(() => void Reflect.deleteProperty(globals, registry));
  afterEach(async () => {
    await Promise.all(managers.map((obs) => obs.shutdown()));
    managers = [];
    Reflect.deleteProperty(globals, registry);
  });
}

function setUp(options: ObservabilityOptions = {}) {
  const test = recorded(options);
  managers.push(test.obs);
  return { ...test, said: () => test.health.flatMap((trouble) => (trouble.type === 'input-ignored' && trouble.name === 'open-telemetry' ? trouble.message : [])) };
}

describe('a second copy of @opentelemetry/api', () => {
  aRegistryOfItsOwn();

  it('of another version is said once, when it registered before', () => {
    globals[registry] = { version: '1.8.0' };
    const { said, clock } = setUp({ tracing: { register: true } });
    clock.advance(600_000);
    expect(said()).toEqual([expect.stringMatching(/^2 copies of @opentelemetry\/api: 1\.(9|10)\.\d+.*, 1\.8\.0; spans and contexts of one may not reach the other/)]);
    expect(said()[0]).toContain('npm ls @opentelemetry/api');
  });

  it('is said when it registers while the application loads', () => {
    const { said, clock } = setUp();
    globals[registry] = { version: '1.99.0' };
    expect(said()).toEqual([]);
    clock.advance(2_000);
    expect(said()).toEqual([expect.stringContaining('1.99.0')]);
  });

  it('is not looked for where tracing is off, nor after the end', async () => {
    globals[registry] = { version: '1.8.0' };
    expect(setUp({ tracing: false }).said()).toEqual([]);
    Reflect.deleteProperty(globals, registry);
    const { obs, said, clock } = setUp();
    await obs.shutdown();
    globals[registry] = { version: '1.8.0' };
    clock.advance(2_000);
    expect(said()).toEqual([]);
  });

  it('leaves no timer behind when the manager ends before that', async () => {
    const clock = createTestClock();
    const running = new Set<object>();
    const every: typeof clock.every = (milliseconds) =>
      new Observable((subscriber) => {
        running.add(subscriber);
        subscriber.add(() => running.delete(subscriber));
        return clock.every(milliseconds).subscribe(subscriber);
      });
    const obs = createObservability({ sinks: [], sources: false, clock: { ...clock, every } });
    expect(running.size).toBeGreaterThan(0);
    await obs.shutdown();
    expect(running.size).toBe(0);
  });

  it('is looked for without a trace', () => {
    setUp().clock.advance(2_000);
    expect(Reflect.ownKeys(globals)).not.toContain(registry);
    const theirs = Object.freeze({ version: '1.8.0', trace: {} });
    globals[registry] = theirs;
    setUp({ tracing: { register: true } }).clock.advance(2_000);
    expect(globals[registry]).toBe(theirs);
  });

  it('that is the same version, and one that registered what is ours, are no other version', () => {
    const { said, clock } = setUp({ tracing: { register: true } });
    clock.advance(2_000);
    expect(globals[registry]).toMatchObject({ version: expect.stringMatching(/^1\./) });
    const other = setUp();
    other.clock.advance(2_000);
    expect([...said(), ...other.said()]).toEqual([]);
  });
});

describe('tracing.register', () => {
  aRegistryOfItsOwn();

  it("leaves the host's provider alone, and says once how its spans get here", () => {
    const provider = { getTracer: () => trace.getTracer('none') };
    trace.setGlobalTracerProvider(provider);
    const { said } = setUp({ tracing: { register: true } });
    expect(said()).toEqual([expect.stringContaining('streamSpanProcessor()')]);
    expect(Reflect.get(trace.getTracerProvider(), 'getDelegate').call(trace.getTracerProvider())).toBe(provider);
    trace.disable();
  });

  it('gives no advice that another version of the API makes useless', () => {
    globals[registry] = { version: '1.8.0', trace: {} };
    const { said } = setUp({ tracing: { register: true } });
    expect(said().filter((message) => message.includes('streamSpanProcessor'))).toEqual([]);
  });
});
