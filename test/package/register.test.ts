import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startCollector } from '../helpers/collector.ts';
import type { Collector } from '../helpers/collector.ts';
import { installApplications } from './installed-applications.ts';
import type { Ended, InstalledApplications } from './installed-applications.ts';

let applications: InstalledApplications;
beforeAll(() => void (applications = installApplications()), 60_000);
afterAll(() => applications?.dispose(), 60_000);

let collector: Collector;
beforeEach(async () => void (collector = await startCollector()));
afterEach(() => collector.close());

/** A span of a library that knows OpenTelemetry's API only. */
const work = `trace.getTracer('library').startSpan('work').end();`;
const modules = { mjs: `import { trace } from '@opentelemetry/api';`, cjs: `const { trace } = require('@opentelemetry/api');` };

interface Run {
  readonly kind?: keyof typeof modules;
  readonly flags?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
}

/** Runs a script with nothing but variables to say what is done with its spans. */
function run(script: string, { kind = 'mjs', flags = ['--import', '@arkhe/observability/register'], variables = {} }: Run = {}): Promise<Ended> {
  writeFileSync(join(applications.folder, `script.${kind}`), `${modules[kind]}\n${script}`);
  return applications.run([...flags, `script.${kind}`], { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...variables });
}

const names = (): readonly string[] => collector.spans().map(({ name }) => name);

describe('the register entry', () => {
  it.each([
    ['--import, before an ES module', { kind: 'mjs', flags: ['--import', '@arkhe/observability/register'] }],
    ['--import, before a CommonJS module', { kind: 'cjs', flags: ['--import', '@arkhe/observability/register'] }],
    ['--require, before an ES module', { kind: 'mjs', flags: ['--require', '@arkhe/observability/register'] }],
    ['--require, before a CommonJS module', { kind: 'cjs', flags: ['--require', '@arkhe/observability/register'] }],
    ['both', { kind: 'cjs', flags: ['--require', '@arkhe/observability/register', '--import', '@arkhe/observability/register'] }],
    ['NODE_OPTIONS', { kind: 'mjs', flags: [], variables: { NODE_OPTIONS: '--import @arkhe/observability/register' } }],
  ] as const)('serves OpenTelemetry by %s, and sends what is there when the process ends', async (_, how: Run) => {
    expect(await run(work, how)).toMatchObject({ code: 0, signal: null, stdout: '', stderr: '' });
    expect(names()).toEqual(['work']);
  });

  it('sends what is there when the process is ended', async () => {
    expect(await run(`${work} process.exit(3);`)).toMatchObject({ code: 3, stderr: '' });
    expect(names()).toEqual(['work']);
  });

  it('leaves the manager to an application that asks for it', async () => {
    const script = `
      import { getObservabilityManager } from '@arkhe/observability';
      const obs = getObservabilityManager({ serviceName: 'by code', attributes: { team: 'shop' } });
      obs.tracer.startSpan('ours', () => { ${work} });`;
    expect(await run(script, { variables: { OTEL_SERVICE_NAME: 'by variable' } })).toMatchObject({ code: 0, stderr: '' });
    expect(names().slice().sort()).toEqual(['ours', 'work']);
    const [first, second] = collector.spans();
    expect(first!.traceId).toBe(second!.traceId);
    expect(collector.spans().map(({ resource }) => [resource['service.name'], resource['team']])).toEqual([['by code', 'shop'], ['by code', 'shop']]);
  });

  it.each(['OTEL_SDK_DISABLED=true', 'OBSERVABILITY_ENABLED=false'])('does nothing with %s', async (assignment) => {
    const variables = Object.fromEntries([assignment.split('=')]);
    const script = `${work} console.log(trace.getTracer('library').startSpan('work').isRecording());`;
    expect(await run(script, { variables })).toMatchObject({ code: 0, stdout: 'false\n', stderr: '' });
    expect(collector.exports).toEqual([]);
  });

  it('warns of wrong variables, and the service runs all the same', async () => {
    const variables = { OTEL_TRACES_SAMPLER: 'sometimes', OTEL_PROPAGATORS: 'carrier-pigeon', REQUEST_LOGGING_ENABLED: 'perhaps' };
    const { code, stdout, stderr } = await run(`${work} console.log('served');`, { variables });
    expect([code, stdout]).toEqual([0, 'served\n']);
    for (const name of Object.keys(variables)) expect(stderr).toMatch(new RegExp(`ObservabilityWarning: environment: ${name}: expected`));
    expect(names()).toEqual(['work']);
  });

  it('warns of wrong variables of the exporters', async () => {
    const variables = { OTEL_TRACES_EXPORTER: 'otlp,zipkin', OTEL_EXPORTER_OTLP_COMPRESSION: 'brotli', OTEL_EXPORTER_ZIPKIN_ENDPOINT: 'nowhere' };
    const { code, stderr } = await run('', { variables });
    expect(code).toBe(0);
    expect(stderr).toMatch(/ObservabilityWarning: otlp: OTEL_EXPORTER_OTLP_COMPRESSION: expected/);
    expect(stderr).toMatch(/ObservabilityWarning: zipkin: OTEL_EXPORTER_ZIPKIN_ENDPOINT: expected/);
  });

  it('warns of a receiver that cannot be had, and the service runs all the same', async () => {
    const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: 'nowhere' };
    const { code, stdout, stderr } = await run(`${work} console.log('served');`, { variables });
    expect([code, stdout]).toEqual([0, 'served\n']);
    expect(stderr).toMatch(/ObservabilityWarning: .*OTEL_EXPORTER_OTLP_ENDPOINT/);
  });

  it('says when the receiver refuses', async () => {
    await collector.shut();
    const { code, stderr } = await run(work);
    await collector.open();
    expect(code).toBe(0);
    expect(stderr).toMatch(/ObservabilityWarning: otlp: .*ECONNREFUSED/);
  });

  it('is there in worker threads and in child processes, each for itself', async () => {
    const script = `
      const { Worker, isMainThread } = require('node:worker_threads');
      const { fork } = require('node:child_process');
      if (process.argv[2] === 'child') trace.getTracer('library').startSpan('in a child process').end();
      else if (!isMainThread) trace.getTracer('library').startSpan('in a worker thread').end();
      else {
        new Worker(__filename);
        fork(__filename, ['child']);
        ${work}
      }`;
    expect(await run(script, { kind: 'cjs' })).toMatchObject({ code: 0, stderr: '' });
    expect(names().slice().sort()).toEqual(['in a child process', 'in a worker thread', 'work']);
  });

  it('stays in a bundle, though the rest of the package is left out of it', async () => {
    const { outputFiles } = await build({
      stdin: { contents: `import '@arkhe/observability/register'; import '@arkhe/observability';`, resolveDir: applications.folder },
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'bundle',
      write: false,
      logLevel: 'silent',
    });
    expect(outputFiles[0]!.text).toContain('ObservabilityWarning');
  });
});
