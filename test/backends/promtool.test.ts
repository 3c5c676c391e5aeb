// What a scrape is answered with, as Prometheus's own tool reads it.
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { createObservability } from '#sdk';
import type { ObservabilityManager } from '#sdk';
import { prometheusHandler } from '../../src/node/prometheus-handler.ts';
import { incomingRequests } from '../../src/node/sources/incoming-requests.ts';
import { runtimeMetrics } from '../../src/node/sources/runtime-metrics.ts';
import { backends, isThere } from './cache.mjs';

const promtool = backends.find(({ name }) => name === 'promtool')!;
const isBuilt = isThere(promtool);
const unless = isBuilt ? '' : ' (skipped: promtool is not built, npm run interop:setup builds it)';

const undo: (() => unknown)[] = [];
afterAll(async () => {
  for (const step of undo.reverse()) await step();
});

/** Code 0: nothing to say. 3: it reads it all, and objects to names. 1: it cannot read it. */
function check(text: string): { readonly code: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(promtool.file, ['check', 'metrics'], { input: text, encoding: 'utf8' });
  return { code: status, said: stdout + stderr };
}

async function served(): Promise<{ readonly obs: ObservabilityManager; scrape(): Promise<string> }> {
  const obs = createObservability({ serviceName: 'shop', release: '1.2.3', sources: [incomingRequests(), runtimeMetrics({ every: 20 })], sinks: [] });
  const handler = prometheusHandler(obs);
  const server = createServer((request, response) => (request.url === '/metrics' ? handler(request, response) : response.end('ok')));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.push(() => new Promise((resolve) => server.close(resolve)), () => obs.shutdown());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const get = async (path: string): Promise<string> => (await fetch(url + path, { headers: { connection: 'close' } })).text();
  await get('/orders');
  return { obs, scrape: () => get('/metrics') };
}

it.skipIf(!isBuilt)(`promtool has nothing to say against what a service tells${unless}`, async () => {
  const { obs, scrape } = await served();
  obs.recordMetric('orders.placed', 2.5, { instrument: 'counter', unit: '{order}', attributes: { channel: 'web “買う” "quoted" \\ \n' } });
  obs.recordMetric('queue.length', -3, { unit: '{job}' });
  obs.recordMetric('mail.size', 1_000, { instrument: 'histogram', unit: 'By' });
  obs.recordMetric('page.shift', -0.1, { instrument: 'histogram' });
  obs.profiler.profile('pay', () => undefined);
  let text = await scrape();
  while (!text.includes('nodejs_eventloop_delay_p99_seconds ') || !text.includes('http_server_request_duration_seconds_bucket')) text = await scrape();
  expect(check(text)).toEqual({ code: 0, said: '' });
  for (const name of ['orders_placed_total', 'queue_length', 'mail_size_bytes_bucket', 'page_shift_sum', 'code_function_duration_seconds_count', 'target_info', 'process_cpu_time_seconds_total']) {
    expect(text).toMatch(new RegExp(`^${name}[ {]`, 'm'));
  }
});

it.skipIf(!isBuilt)(`promtool can read whatever names come from outside${unless}`, async () => {
  const { obs, scrape } = await served();
  const names = ['__proto__', '🙂', 'a\n# TYPE b counter\nb 1', '\0', '\ud800', 'x'.repeat(1_000_000), '{le="1"}', 'le', 'wait', 'wait.count', 'wait_count', 'snake_case', 'camelCase', '2xx', 'total'];
  for (const name of names) {
    for (const instrument of ['gauge', 'histogram', 'counter'] as const) {
      for (const unit of ['', 'By', name]) obs.recordMetric(name, 1, { instrument, unit, attributes: { [name]: name, le: '1', __name__: 'x', 'a.b': '1', a_b: '' } });
    }
  }
  for (let index = 0; index < 2_000; index += 1) obs.recordMetric(`many${index % 50}`, index, { attributes: { index } });
  const { code, said } = check(await scrape());
  expect([code, said.split('\n').filter((line) => /error while linting|parsing|expected/.test(line))]).toEqual([3, []]);
});

it.skipIf(!isBuilt)(`promtool objects to what is wrong${unless}`, () => {
  expect(check('# TYPE a counter\na 1\n')).toMatchObject({ code: 3 });
  expect(check('a{b="1"c} 1\n')).toMatchObject({ code: 1 });
});
