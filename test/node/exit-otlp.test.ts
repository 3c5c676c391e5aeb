import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createScriptRunner } from '../helpers/child-process.ts';
import type { ScriptRunner } from '../helpers/child-process.ts';
import { startFaultServer } from '../helpers/fault-server.ts';

let runner: ScriptRunner;

beforeAll(async () => {
  runner = await createScriptRunner();
}, 60_000);
afterAll(() => runner.dispose());

describe('what the OTLP sink was given last', () => {
  it.each<readonly [string, string, object]>([
    ['the natural end', '', { code: 0 }],
    ['process.exit', 'process.exit(3);', { code: 3 }],
    ['SIGTERM', "setInterval(() => undefined, 1_000); process.kill(process.pid, 'SIGTERM');", { signal: 'SIGTERM' }],
  ])('arrives: %s', { timeout: 60_000 }, async (_, end, expected) => {
    const collector = await startFaultServer();
    const { code, signal, stderr } = await runner.run(`
      const sink = sdk.otlpSink({ endpoint: '${collector.url}', protocol: 'http/json', compression: 'gzip' });
      const obs = sdk.createObservability({ sinks: [sink], sources: false });
      obs.tracer.startSpan('work', () => obs.logger.info('said'));
      obs.recordMetric('queue.length', 7);
      ${end}
    `);
    await collector.close();
    expect({ code, signal, stderr }).toEqual({ code: null, signal: null, stderr: '', ...expected });
    const bodies = Object.fromEntries(collector.received.map(({ path, body }) => [path, body.toString()]));
    expect(collector.received).toHaveLength(3);
    expect(bodies['/v1/traces']).toContain('"work"');
    expect(bodies['/v1/logs']).toContain('"said"');
    expect(bodies['/v1/metrics']).toContain('"queue.length"');
  });
});
