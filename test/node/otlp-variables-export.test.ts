// A process that is told by environment variables alone where to send.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createScriptRunner } from '../helpers/child-process.ts';
import type { Ended, ScriptRunner } from '../helpers/child-process.ts';
import { startCollector } from '../helpers/collector.ts';
import type { Collector } from '../helpers/collector.ts';
import { decodeTraces } from '../helpers/decode-otlp.ts';

let runner: ScriptRunner;
let collector: Collector;
let folder: string;

beforeAll(async () => {
  runner = await createScriptRunner();
  folder = mkdtempSync(join(tmpdir(), 'observability-variables-'));
}, 60_000);
afterAll(() => {
  runner.dispose();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  collector = await startCollector();
});
afterEach(() => collector.close());

const patience = { timeout: 60_000 };

/** One signal for each endpoint, with nothing but these variables. */
async function exportWith(variables: Readonly<Record<string, string>>): Promise<Ended> {
  const file = join(folder, 'variables');
  writeFileSync(file, Object.entries(variables).map(([name, value]) => `${name}=${JSON.stringify(value)}\n`).join(''));
  const ended = await runner.run(
    `
    const obs = sdk.createObservability();
    obs.health$.subscribe((trouble) => console.error('HEALTH', JSON.stringify(trouble)));
    obs.tracer.startSpan('work', () => obs.logger.info('inside'));
    for (let call = 0; call < 3; call++) obs.profiler.profile('compute', () => call);
    const { ok, pending } = await obs.flush();
    if (!ok || pending > 0) process.exitCode = 1;
    `,
    [`--env-file=${file}`],
  );
  expect(ended).toMatchObject({ code: 0, signal: null });
  return ended;
}

/** What came, as `path content-type content-encoding`. */
function arrived(): readonly string[] {
  return collector.exports.map(({ path, headers }) => [path, headers['content-type'], headers['content-encoding'] ?? 'plain'].join(' ')).sort();
}

it('OTEL_EXPORTER_OTLP_ENDPOINT alone exports everything there, protobuf', patience, async () => {
  const { stderr } = await exportWith({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  expect(stderr).toBe('');
  expect(arrived()).toEqual(['/v1/logs application/x-protobuf plain', '/v1/metrics application/x-protobuf plain', '/v1/traces application/x-protobuf plain']);
  const [span] = collector.spans();
  const [log] = collector.logs();
  expect(span).toMatchObject({ name: 'work', resource: { 'service.name': 'unknown_service', 'telemetry.sdk.language': 'nodejs' } });
  expect(log).toMatchObject({ eventName: 'arkhe.message', body: 'inside', traceId: span?.traceId, spanId: span?.spanId });
  expect(collector.metrics()).toMatchObject([{ name: 'code.function.duration', unit: 's', temporality: 'cumulative', points: [{ count: 3 }] }]);
});

it('PROTOCOL=http/json, COMPRESSION=gzip, HEADERS and TEMPORALITY_PREFERENCE hold for all', patience, async () => {
  await exportWith({
    OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/otlp/`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20b%3D,X-Tenant=shop',
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
    OTEL_SERVICE_NAME: 'shop',
  });
  expect(arrived()).toEqual(['/otlp/v1/logs application/json gzip', '/otlp/v1/metrics application/json gzip', '/otlp/v1/traces application/json gzip']);
  for (const { headers } of collector.exports) expect(headers).toMatchObject({ 'api-key': 'a b=', 'x-tenant': 'shop' });
  expect(collector.spans()).toMatchObject([{ name: 'work', resource: { 'service.name': 'shop' } }]);
  expect(collector.metrics()).toMatchObject([{ temporality: 'delta', points: [{ count: 3 }] }]);
});

it('the variables of one kind of data beat those of all, header by header', patience, async () => {
  await exportWith({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/spans/here`,
    OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: 'gzip',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=all,x-key=all',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-key=traces',
  });
  expect(arrived()).toEqual(['/spans/here application/x-protobuf plain', '/v1/logs application/json plain', '/v1/metrics application/x-protobuf gzip']);
  const spans = collector.exports.find(({ path }) => path === '/spans/here');
  expect(spans?.headers).toMatchObject({ 'x-tenant': 'all', 'x-key': 'traces' });
  expect(decodeTraces(spans?.body ?? new Uint8Array(), 'application/x-protobuf')).toMatchObject([{ name: 'work' }]);
  expect(collector.exports.find(({ path }) => path === '/v1/logs')?.headers).toMatchObject({ 'x-tenant': 'all', 'x-key': 'all' });
});

it('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT alone is enough; the others go where receivers are by default', patience, async () => {
  // Nobody may listen there: what becomes of the others is not of interest.
  const variables = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces`, OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${collector.url}/v1/logs` };
  await exportWith({ ...variables, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${collector.url}/v1/metrics` });
  expect(arrived()).toHaveLength(3);
});

it('a wrong one is told once, without what may be a secret in it, and the rest is used', patience, async () => {
  const { stderr } = await exportWith({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'thrift',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=hush%0Ahush,x-tenant=shop',
  });
  expect(arrived()).toHaveLength(3);
  expect(collector.exports.map(({ headers }) => [headers['x-key'], headers['x-tenant']])).toEqual(Array(3).fill([undefined, 'shop']));
  expect(stderr).not.toContain('hush');
  const messages = stderr.trim().split('\n').map((line) => (JSON.parse(line.replace('HEALTH ', '')) as { readonly message: string }).message);
  expect(messages.sort()).toEqual([
    'OTEL_EXPORTER_OTLP_HEADERS, pair 1: expected name=value, percent-encoded, ignored',
    "OTEL_EXPORTER_OTLP_PROTOCOL: expected 'http/protobuf', 'http/json' or 'grpc', ignored",
  ]);
});

it('an endpoint without a scheme is told, and nothing is sent', patience, async () => {
  const { stderr } = await exportWith({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url.replace('http://', '') });
  expect(collector.exports).toEqual([]);
  expect(stderr).toContain(`(did you mean ${collector.url}?)`);
});
