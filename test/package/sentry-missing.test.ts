// A service that has a DSN, and not the package that speaks Sentry's protocol.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCollector } from '../helpers/collector.ts';
import type { Collector } from '../helpers/collector.ts';
import { folder } from './application.ts';

let collector: Collector;
beforeAll(async () => void (collector = await startCollector()));
afterAll(() => collector.close());

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(program: string): Promise<Ended> {
  const env = { PATH: process.env['PATH'] ?? '', ENVIRONMENT: 'production', SENTRY_DSN: 'http://public@127.0.0.1:9/1', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  const flags = ['--input-type=module', '-e', `import * as sdk from '@arkhe/observability/node';\n${program}`];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, flags, { cwd: folder, env, timeout: 40_000 }, (_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }));
  });
}

const oneCommand = /npm install @sentry\/core/g;

it('says once what to install, and everything else works', async () => {
  expect(existsSync(join(folder, 'node_modules/@sentry'))).toBe(false);
  const { code, stdout, stderr } = await run(`
    const obs = sdk.createObservability();
    const health = [];
    obs.health$.subscribe((trouble) => health.push(trouble));
    obs.tracer.startSpan('checkout', () => undefined);
    const eventId = obs.errorTracker.captureException(new Error('the order has no total'));
    await obs.flush();
    obs.errorTracker.captureException(new Error('the order has no customer'));
    await obs.shutdown();
    const { sinks } = obs.ledger();
    console.log(JSON.stringify({ eventId, health, sinks }));
  `);
  expect(code).toBe(0);
  const told = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { readonly eventId: string; readonly health: readonly object[]; readonly sinks: Record<string, Record<string, unknown>> };
  expect(told.eventId).toMatch(/^[0-9a-f]{32}$/);
  expect(`${stdout.split('\n').slice(0, -2).join('\n')}${stderr}`.match(oneCommand)).toHaveLength(1);
  expect(JSON.stringify(told.health).match(oneCommand)).toHaveLength(1);
  expect(told.sinks['sentry']).toMatchObject({ accepted: 2, delivered: 0, pending: 0 });
  expect(collector.spans().map(({ name }) => name)).toEqual(['checkout']);
});

it('says it as well where nothing listens to its health and nothing is captured', async () => {
  const { code, stderr } = await run(`const obs = sdk.createObservability(); await obs.shutdown();`);
  expect(code).toBe(0);
  expect(stderr.match(oneCommand)).toHaveLength(1);
});
