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

describe('the request that brings the process down', () => {
  it.each([
    ['a handler throws', "throw new TypeError('boom')"],
    ['a handler rejects', "Promise.reject(new TypeError('boom'))"],
    ['a handler ends the process', 'process.exit(7)'],
  ])('is a span all the same: %s', { timeout: 60_000 }, async (_, end) => {
    const collector = await startFaultServer();
    const { code } = await runner.run(`
      const { createServer, get } = await import('node:http');
      sdk.createObservability({ sinks: [sdk.otlpSink({ endpoint: '${collector.url}', protocol: 'http/json' })], sources: [sdk.incomingRequests()] });
      const server = createServer((request, response) => { ${end}; });
      server.listen(0, '127.0.0.1', () => get({ port: server.address().port, path: '/fatal', agent: false }).on('error', () => undefined));
    `);
    await collector.close();
    expect(code).not.toBe(0);
    const bodies = collector.received.filter(({ path }) => path === '/v1/traces').map(({ body }) => body.toString());
    expect(bodies.join()).toContain('"/fatal"');
    expect(bodies.join()).toContain('"abandoned"');
  });

  it('by a call whose failure nobody handles: its span arrives, and the process fails as before', { timeout: 60_000 }, async () => {
    const collector = await startFaultServer();
    const { code, stderr } = await runner.run(`
      const { get } = await import('node:http');
      sdk.createObservability({ sinks: [sdk.otlpSink({ endpoint: '${collector.url}', protocol: 'http/json' })], sources: [sdk.outgoingRequests()] });
      get('http://127.0.0.1:1/refused');
    `);
    await collector.close();
    expect(code).toBe(1);
    expect(stderr).toContain('ECONNREFUSED');
    expect(collector.received.map(({ body }) => body.toString()).join()).toContain('http://127.0.0.1:1/refused');
  });
});
