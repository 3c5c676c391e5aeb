import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createScriptRunner } from '../helpers/child-process.ts';
import type { ScriptRunner } from '../helpers/child-process.ts';

let runner: ScriptRunner;

beforeAll(async () => {
  runner = await createScriptRunner();
}, 60_000);
afterAll(() => runner.dispose());

const patience = { timeout: 60_000 };

describe('the process', () => {
  it('goes on when subscribers, operators and sinks throw, reject, or never answer, all at once', patience, async () => {
    const { code, stdout, stderr } = await runner.run(`
      const boom = () => { throw new Error('boom'); };
      const [first, second, delivered] = [[], [], []];
      let seen = 0;
      const obs = sdk.createObservability({
        sources: false,
        delivery: { maxBatchSize: 3, flushEvery: 5 },
        pipeline: [
          (source) => source.pipe(rxjs.map((signal) => (signal.value % 5 === 0 ? boom() : signal))),
          (source) => new rxjs.Observable((subscriber) => source.subscribe((signal) => { if (signal.value % 7 === 0) boom(); subscriber.next(signal); })),
          boom,
        ],
        sinks: [
          { name: 'throws', write: boom, close: boom },
          { name: 'rejects', write: async () => boom(), close: async () => boom() },
          { name: 'never', write: () => new Promise(() => undefined) },
          { name: 'choosy', accepts: boom, write: () => ({ get rejected() { return boom(); } }) },
          { name: 'good', write: (batch) => void delivered.push(...batch.map(({ value }) => value)) },
        ],
      });
      obs.signals$.subscribe(({ value }) => first.push(value));
      obs.signals$.subscribe(() => { if (++seen === 3) boom(); });
      obs.signals$.subscribe({ next: boom, error: boom, complete: boom });
      obs.signals$.subscribe(async () => boom());
      obs.signals$.pipe(rxjs.map(boom)).subscribe();
      obs.signals$.pipe((source) => new rxjs.Observable((subscriber) => source.subscribe(subscriber)), rxjs.tap(() => undefined)).subscribe(boom);
      obs.metrics$.pipe(rxjs.finalize(boom), rxjs.take(2)).subscribe();
      obs.health$.subscribe(boom);
      obs.signals$.subscribe(({ value }) => second.push(value));
      for (let value = 1; value <= 40; value++) {
        obs.recordMetric('m', value);
        if (value % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 8));
      }
      const result = await obs.shutdown({ timeout: 200 });
      console.log(JSON.stringify({ first, second, delivered, seen, pending: result.pending, held: obs.ledger().held }));
    `);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const all = Array.from({ length: 40 }, (_, index) => index + 1);
    expect(JSON.parse(stdout)).toEqual({ first: all, second: all, delivered: all, seen: 40, pending: 0, held: 0 });
  });

  it('exits by itself while a sink never answers, without a shutdown', patience, async () => {
    const { code, stdout, stderr, milliseconds } = await runner.run(`
      const obs = sdk.createObservability({ delivery: { flushEvery: 0 }, sinks: [{ name: 'never', write: () => new Promise(() => undefined) }] });
      obs.recordMetric('m', 1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      obs.recordMetric('m', 2);
      console.log(obs.ledger().sinks.never.pending);
    `);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '2\n', stderr: '' });
    expect(milliseconds).toBeLessThan(8_000);
  });

  it('waits for a shutdown that waits for a sink that never answers, and then exits', patience, async () => {
    const { code, stdout, stderr } = await runner.run(`
      const obs = sdk.createObservability({ sinks: [{ name: 'never', write: () => new Promise(() => undefined), close: () => new Promise(() => undefined) }] });
      obs.recordMetric('m', 1);
      const result = await obs.shutdown({ timeout: 300 });
      console.log(JSON.stringify(result));
    `);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ ok: false, timedOut: true, delivered: 0, handedOff: 0, dropped: 1, pending: 0 });
  });

  it('is not kept alive by operators that make time pass', patience, async () => {
    const { code, stdout, stderr, milliseconds } = await runner.run(`
      const obs = sdk.createObservability({ sinks: [], pipeline: [sdk.keepTraces({ errors: true })] });
      obs.signals$.pipe(sdk.rollingStatistics({ by: (signal) => signal.name, value: (signal) => signal.duration })).subscribe();
      obs.profiler.watchStatistics().subscribe();
      obs.tracer.startSpan('work', () => obs.profiler.profile('work', () => undefined));
      console.log('done');
    `);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'done\n', stderr: '' });
    expect(milliseconds).toBeLessThan(8_000);
  });

  it('ends as it would have when a callback of a span rejects and nobody handles it', patience, async () => {
    const { code, stderr, stdout } = await runner.run(`
      const obs = sdk.createObservability({ sinks: [] });
      process.on('exit', (code) => console.log(code));
      obs.tracer.startSpan('work', async () => { throw new Error('of the application'); });
    `);
    expect(code).toBe(1);
    expect(stdout).toBe('1\n');
    expect(stderr).toContain('of the application');
  });
});

describe('what was emitted just before the end', () => {
  const setUp = `
    import { writeSync } from 'node:fs';
    const obs = sdk.createObservability({ sinks: [{ name: 'sync', write: (batch) => void writeSync(1, batch.map(({ name }) => name).join() + ';') }] });
    obs.recordMetric('a', 1);
    obs.recordMetric('b', 1);
  `;

  it.each<readonly [end: string, code: string, exitCode: number, before?: string]>([
    ['the natural end', '', 0],
    ['process.exit', 'process.exit(0);', 0],
    ['process.exit with a code', 'process.exit(3);', 3],
    ['process.exit in a shutdown that was not awaited', 'obs.shutdown(); process.exit(0);', 0],
    ['an error nobody catches', "throw new Error('of the application');", 1, 'a,b,Error;'],
    ['a rejection nobody handles', "Promise.reject(new Error('of the application'));", 1, 'a,b,Error;'],
  ])('reaches a synchronous sink: %s', patience, async (_, end, expected, told = 'a,b;') => {
    const { code, stdout, stderr } = await runner.run(`${setUp}\n${end}`);
    expect({ code, stdout }).toEqual({ code: expected, stdout: told });
    expect(stderr === '').toBe(expected !== 1);
  });

  it('ends although a sink uses what is instrumented, and nothing of that is told', patience, async () => {
    const { code, stdout, stderr } = await runner.run(`
      let writes = 0;
      const send = sdk.traceFunction(async function send() {
        sdk.getObservabilityManager().logger.info('sending');
        await new Promise((resolve) => setTimeout(resolve, 5));
        sdk.getObservabilityManager().profiler.profile('after the wait', () => undefined);
        writes++;
      });
      const obs = sdk.getObservabilityManager({ sinks: [{ name: 'mine', write: () => send() }], delivery: { flushEvery: 5 } });
      obs.tracer.startSpan('request', () => obs.logger.info('one'));
      process.on('exit', () => console.log(JSON.stringify({ writes, disabled: obs.ledger().filtered.disabled, routed: obs.ledger().routed })));
      setTimeout(() => undefined, 100);
    `);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ writes: 1, disabled: 1, routed: 2 });
  });
});
