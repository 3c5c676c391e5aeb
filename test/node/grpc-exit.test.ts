import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { authority, serverCertificate, serverKey } from '../helpers/certificates.ts';
import { createScriptRunner } from '../helpers/child-process.ts';
import type { Ended, ScriptRunner } from '../helpers/child-process.ts';
import { hangs, keeps, repliesAfter, startGrpcReceiver } from '../helpers/grpc-receiver.ts';
import type { GrpcReceiver } from '../helpers/grpc-receiver.ts';
import { startProxyServer } from '../helpers/proxy-server.ts';

const patience = { timeout: 60_000 };

let runner: ScriptRunner;
let receiver: GrpcReceiver;

beforeAll(async () => {
  runner = await createScriptRunner();
}, 60_000);
afterAll(() => runner.dispose());
beforeEach(async () => {
  receiver = await startGrpcReceiver();
});
afterEach(() => receiver.close());

function run(end: string, { url, options = {}, before = '' }: { url?: string; options?: object; before?: string } = {}): Promise<Ended> {
  return runner.run(`
    ${before}
    const sink = sdk.otlpSink({ endpoint: '${url ?? receiver.url}', protocol: 'grpc', compression: 'gzip', ...${JSON.stringify(options)} });
    const obs = sdk.createObservability({ sinks: [sink], sources: false });
    const tell = () => {
      obs.tracer.startSpan('work', () => obs.logger.info('said'));
      obs.recordMetric('queue.length', 7);
    };
    ${end}
  `);
}

function expectOnce({ exports, spans, logs, metrics }: GrpcReceiver): void {
  expect(exports).toHaveLength(3);
  expect(spans().map(({ name }) => name)).toEqual(['work']);
  expect(logs()).toHaveLength(1);
  expect(metrics().map(({ name }) => name)).toContain('queue.length');
}

const ends: readonly (readonly [string, string, Partial<Ended>])[] = [
  ['the natural end', 'tell();', { code: 0 }],
  ['process.exit', 'tell(); process.exit(3);', { code: 3 }],
  ['SIGTERM', "tell(); setInterval(() => undefined, 1_000); process.kill(process.pid, 'SIGTERM');", { signal: 'SIGTERM' }],
  ['process.exit while it is under way', 'tell(); obs.flush(); setImmediate(() => process.exit(0));', { code: 0 }],
  ['process.exit while its answer is awaited', 'tell(); obs.flush(); setTimeout(() => process.exit(0), 250);', { code: 0 }],
];

describe('what the OTLP sink was given last arrives over gRPC, once:', () => {
  it.each(ends)('%s', patience, async (_, end, expected) => {
    if (end.includes('250')) receiver.treat(keeps(repliesAfter(1_000)));
    const { code, signal, stderr } = await run(end);
    expect({ code, signal, stderr }).toEqual({ code: null, signal: null, stderr: '', ...expected });
    expectOnce(receiver);
  });

  it('at the exit, by one connection', patience, async () => {
    await run('tell(); process.exit(0);');
    expect(receiver.connections.made).toBe(1);
    expect(receiver.exports.map(({ compressed }) => compressed)).toEqual([true, true, true]);
  });

  it.each([false, true])('at the exit, through a proxy (encrypted: %s)', patience, async (encrypted) => {
    const proxy = await startProxyServer();
    const known = encrypted ? await startGrpcReceiver(undefined, { cert: serverCertificate, key: serverKey }) : receiver;
    const before = `process.env.HTTP_PROXY = process.env.HTTPS_PROXY = 'http://user:hush@127.0.0.1:${proxy.port}';`;
    const options = encrypted ? { tls: { ca: authority } } : {};
    const { stderr } = await run('tell(); process.exit(0);', { url: known.url, options, before });
    expect(stderr).toBe('');
    expectOnce(known);
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${known.port}`]);
    await Promise.all([proxy.close(), encrypted && known.close()]);
  });

  it('at the exit, encrypted', patience, async () => {
    const secure = await startGrpcReceiver(undefined, { cert: serverCertificate, key: serverKey });
    await run('tell(); process.exit(0);', { url: secure.url, options: { tls: { ca: authority } } });
    expectOnce(secure);
    await secure.close();
  });
});

describe('a connection over gRPC', () => {
  it.each(['directly', 'through a proxy'])('does not keep the process alive once it has its answers: %s', patience, async (way) => {
    const proxy = await startProxyServer();
    const before = way === 'directly' ? '' : `process.env.HTTP_PROXY = 'http://127.0.0.1:${proxy.port}';`;
    const { code, ending } = await run("tell(); await obs.flush(); console.log('flushed');", { before });
    expect({ code, inTime: ending < 9_000 }).toEqual({ code: 0, inTime: true });
    expect(proxy.asked).toHaveLength(way === 'directly' ? 0 : 1);
    expectOnce(receiver);
    await proxy.close();
  });

  it('that never answers keeps it alive for a short while only', patience, async () => {
    receiver.treat(keeps(hangs()));
    const { code, ending } = await run("tell(); console.log('told');");
    expect({ code, inTime: ending < 9_000 }).toEqual({ code: 0, inTime: true });
  });
});
