import { afterAll, beforeAll, expect, it } from 'vitest';
import { createScriptRunner } from '../helpers/child-process.ts';
import type { ScriptRunner } from '../helpers/child-process.ts';

let runner: ScriptRunner;

beforeAll(async () => {
  runner = await createScriptRunner();
}, 60_000);
afterAll(() => runner.dispose());

const megabyte = 1_024 * 1_024;

interface Figures {
  readonly nanosecondsPerEmit: number;
  readonly rawBytes: number;
  readonly peakBytes: number;
  readonly checks: number;
  readonly unbalanced: readonly unknown[];
  readonly result: { readonly pending: number };
  readonly ledger: { readonly emitted: number; readonly held: number; readonly sinks: Record<string, { readonly accepted: number; readonly pending: number; readonly delivered: number; readonly dropped: Record<string, number> }> };
}

it('a burst of 200,000 signals at a sink that fails half the time is accounted for in bounded memory', { timeout: 60_000 }, async () => {
  const { code, stdout, stderr } = await runner.run(
    `
    const unbalanced = [];
    let [checks, writes, peakBytes] = [0, 0, 0];

    function check(when) {
      checks++;
      const { emitted, added, routed, held, filtered, sinks } = obs.ledger();
      const sum = (counts) => Object.values(counts).reduce((total, count) => total + count, 0);
      if (emitted + added !== routed + sum(filtered) + held) unbalanced.push([when, obs.ledger()]);
      for (const { accepted, delivered, handedOff, spooled, pending, dropped } of Object.values(sinks)) {
        if (accepted !== delivered + handedOff + spooled + pending + sum(dropped)) unbalanced.push([when, obs.ledger()]);
      }
    }

    const sink = {
      name: 'half',
      async write() {
        check('write');
        if (writes++ % 2 === 0) throw new Error('every other write fails');
      },
    };
    const start = () => sdk.createObservability({ sources: false, sinks: [sink], delivery: { maxQueueSize: 10_000, maxRetries: 0 } });
    const emit = (index) => obs.recordMetric('queue.length', index, { attributes: { 'queue.name': 'orders', shard: index % 16 } });
    const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

    // Speed, with nothing in between; warmed up.
    let obs = start();
    for (let index = 0; index < 20_000; index++) emit(index);
    globalThis.gc();
    const cold = process.memoryUsage().heapUsed;
    let rawBytes = 0;
    const startedAt = process.hrtime.bigint();
    for (let index = 0; index < 200_000; index++) {
      emit(index);
      // With the garbage, as the host's own monitoring would see it.
      if (index % 5_000 === 0) rawBytes = Math.max(rawBytes, process.memoryUsage().heapUsed - cold);
    }
    const nanosecondsPerEmit = Math.round(Number(process.hrtime.bigint() - startedAt) / 200_000);
    check('before the shutdown of the first');
    await obs.shutdown();
    check('after the shutdown of the first');

    // Memory and accounts.
    obs = start();
    writes = 0;
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    for (let index = 1; index <= 200_000; index++) {
      emit(index);
      if (index % 1_000 === 0) check('emit');
      if (index % 10_000 === 0) {
        globalThis.gc();
        peakBytes = Math.max(peakBytes, process.memoryUsage().heapUsed - before);
      }
    }
    await turn();
    check('turn');
    globalThis.gc();
    peakBytes = Math.max(peakBytes, process.memoryUsage().heapUsed - before);
    const result = await obs.shutdown();
    check('shutdown');
    console.log(JSON.stringify({ nanosecondsPerEmit, rawBytes, peakBytes, checks, unbalanced, result, ledger: obs.ledger() }));
    `,
    ['--expose-gc'],
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { nanosecondsPerEmit, rawBytes, peakBytes, checks, unbalanced, result, ledger } = JSON.parse(stdout) as Figures;
  console.log(`${nanosecondsPerEmit} ns an emit, ${(rawBytes / megabyte).toFixed(1)} MiB at the peak, ${(peakBytes / megabyte).toFixed(1)} of them no garbage, ${JSON.stringify(ledger)}`);
  expect(unbalanced).toEqual([]);
  expect(checks).toBeGreaterThan(200);
  expect(rawBytes).toBeLessThan(64 * megabyte);
  expect(peakBytes).toBeLessThan(64 * megabyte);
  expect(result.pending).toBe(0);
  const account = ledger.sinks['half'];
  expect(ledger).toMatchObject({ emitted: 200_000, held: 0 });
  expect(account).toMatchObject({ accepted: 200_000, pending: 0 });
  const dropped = Object.values(account?.dropped ?? {}).reduce((sum, count) => sum + count, 0);
  expect((account?.delivered ?? 0) + dropped).toBe(200_000);
  // Nothing but the newest, which had no room, and the batches of every other write.
  expect(account?.dropped['queue-full']).toBe(190_000);
  expect(account?.delivered).toBeGreaterThan(4_000);
  expect(account?.dropped['retries-exhausted']).toBeGreaterThan(4_000);
});
