import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authority, clientCertificate, clientKey, serverCertificate, serverKey } from '../helpers/certificates.ts';
import { createScriptRunner } from '../helpers/child-process.ts';
import type { Ended, ScriptRunner } from '../helpers/child-process.ts';
import { answer, endless, hang, neverRead, refusingUrl, slow, startFaultServer } from '../helpers/fault-server.ts';
import type { FaultServer } from '../helpers/fault-server.ts';
import { startProxyServer } from '../helpers/proxy-server.ts';

let runner: ScriptRunner;
const undo: (() => unknown)[] = [];

beforeAll(async () => {
  runner = await createScriptRunner('test/helpers/posting-sdk.ts');
}, 60_000);
afterAll(async () => {
  runner.dispose();
  for (const step of undo) await step();
});

const patience = { timeout: 60_000 };

/**
 * Before a script whose collector answers, or can be known not to: its end waits so long that no busy machine makes it give up, and
 * says so if it does.
 */
const patiently = `
  {
    const { writeSync } = await import('node:fs');
    const { setTimeout, Atomics: { wait } } = globalThis;
    const gaveUp = () => writeSync(1, 'gave up;');
    globalThis.setTimeout = (callback, milliseconds, ...given) => {
      if (milliseconds !== 2_000) return setTimeout(callback, milliseconds, ...given);
      return setTimeout(() => (gaveUp(), callback(...given)), 20_000);
    };
    Atomics.wait = (array, index, value) => {
      const result = wait(array, index, value, 20_000);
      if (result === 'timed-out') gaveUp();
      return result;
    };
  }
`;

function run(script: string, flags?: readonly string[]): Promise<Ended> {
  return runner.run(`${patiently}\n${script}`, flags);
}

/** Of a wait of 2 s for a collector that never answers: without an end of its own it would be that of the test. */
const IN_TIME = 10_000;

async function startCollector(...given: Parameters<typeof startFaultServer>): Promise<FaultServer> {
  const collector = await startFaultServer(...given);
  undo.push(() => collector.close());
  return collector;
}

/** Every name the collector received. */
function names({ received }: FaultServer): readonly string[] {
  return received.flatMap(({ body }) => body.toString().trimEnd().split('\n')).sort();
}

/** How many of m1, m2 and so on the collector received, and how many of these more than once. */
function arrived(collector: FaultServer): { readonly once: number; readonly again: number } {
  const all = names(collector);
  const once = new Set(all).size;
  return { once, again: all.length - once };
}

const allOf = (count: number): object => ({ once: count, again: 0 });

/** A manager that has emitted m1 to m250; nothing has been written yet. */
function emitting(url: string, options = ''): string {
  return `
    import { writeSync } from 'node:fs';
    const obs = sdk.createObservability({ sinks: [sdk.postingSink('${url}/v1/logs')], delivery: { maxBatchSize: 100 }, sources: false, ${options} });
    for (let number = 1; number <= 250; number++) obs.recordMetric('m' + number, number);
    writeSync(1, 'ending;');
  `;
}

/** From here on its end is measured. */
const ending = "(await import('node:fs')).writeSync(1, 'ending;');";

const stay = 'setInterval(() => undefined, 1_000);';
const kill = (signal: string): string => `${stay} process.kill(process.pid, '${signal}');`;

/** Each way of ending, and how it ends. */
const ways: readonly (readonly [string, string, Partial<Ended>])[] = [
  ['the natural end', '', { code: 0 }],
  ['process.exit', 'process.exit(0);', { code: 0 }],
  ['process.exit with a code', 'process.exit(3);', { code: 3 }],
  ['process.exit after an exit code was set', 'process.exitCode = 4; process.exit();', { code: 4 }],
  ['process.exit later', 'setTimeout(() => process.exit(0), 20);', { code: 0 }],
  ['an error nobody catches', "throw new Error('of the application');", { code: 1 }],
  ['a rejection nobody handles', "Promise.reject(new Error('of the application'));", { code: 1 }],
  ['SIGTERM', kill('SIGTERM'), { signal: 'SIGTERM' }],
  ['SIGINT', kill('SIGINT'), { signal: 'SIGINT' }],
  ['SIGTERM with a handler that exits', `process.on('SIGTERM', () => process.exit(7)); ${kill('SIGTERM')}`, { code: 7 }],
  ['SIGTERM with a handler that exits later', `process.on('SIGTERM', () => setTimeout(() => process.exit(0), 300)); ${kill('SIGTERM')}`, { code: 0 }],
  [
    'SIGTERM with a handler that lets go of everything',
    `const timer = setInterval(() => undefined, 1_000); process.on('SIGTERM', () => clearInterval(timer)); process.kill(process.pid, 'SIGTERM');`,
    { code: 0 },
  ],
  [
    'SIGTERM with a handler that ends the process by the same signal',
    `process.once('SIGTERM', () => process.kill(process.pid, 'SIGTERM')); ${kill('SIGTERM')}`,
    { signal: 'SIGTERM' },
  ],
  [
    'SIGINT with a library that ends the process when nobody else listens',
    `const library = () => {
       if (process.listeners('SIGINT').length > 1) return;
       process.removeListener('SIGINT', library);
       process.kill(process.pid, 'SIGINT');
     };
     process.on('SIGINT', library); ${kill('SIGINT')}`,
    { signal: 'SIGINT' },
  ],
];

/** One of each kind. */
const few = ways.filter(([name]) => ['the natural end', 'process.exit', 'SIGTERM', 'SIGTERM with a handler that exits later'].includes(name));

function expectEnd(ended: Ended, expected: Partial<Ended>): void {
  const { code, signal, stdout, stderr } = ended;
  expect({ code, signal }).toEqual({ code: null, signal: null, ...expected });
  expect(stdout).not.toContain('gave up');
  if (expected.code !== 1) expect(stderr).toBe('');
  else expect(stderr).not.toContain('posting-sdk');
}

describe.concurrent('what was emitted before the end is received once', () => {
  it.each(ways)('when nothing of it had been written: %s', patience, async (_, end, expected) => {
    const collector = await startCollector();
    expectEnd(await run(`${emitting(collector.url)}\n${end}`), expected);
    expect(arrived(collector)).toEqual(allOf(250));
  });

  it.each(ways)('when some of it is on its way: %s', patience, async (_, end, expected) => {
    const collector = await startCollector();
    collector.treat(slow(100));
    const ended = await run(`
      ${emitting(collector.url, 'tracing: false')}
      obs.flush();
      await new Promise((resolve) => setTimeout(resolve, 50));
      ${end}
    `);
    expectEnd(ended, expected);
    expect(arrived(collector)).toEqual(allOf(250));
  });

  it.each(ways)('when its writes have only just begun: %s', patience, async (_, end, expected) => {
    const collector = await startCollector();
    expectEnd(await run(`${emitting(collector.url)}\nobs.flush();\n${end}`), expected);
    expect(arrived(collector)).toEqual(allOf(250));
  });

  it('and what was given up is not sent after all', patience, async () => {
    const collector = await startCollector();
    const ended = await run(`
      const controller = new AbortController();
      const context = { abortSignal: controller.signal, leaving: false };
      sdk.createObservability({ sinks: [], sources: false });
      sdk.postingSink('${collector.url}').write([{ name: 'm1' }], context).catch(() => undefined);
      controller.abort();
      process.exit(0);
    `);
    expectEnd(ended, { code: 0 });
    expect(names(collector)).toEqual([]);
  });

  it('when there are more requests than connections', patience, async () => {
    const collector = await startCollector();
    const ended = await run(`
      const obs = sdk.createObservability({ sinks: [sdk.postingSink('${collector.url}')], delivery: { maxBatchSize: 40 }, sources: false });
      for (let number = 1; number <= 1_000; number++) obs.recordMetric('m' + number, number);
      process.exit(0);
    `);
    expectEnd(ended, { code: 0 });
    expect(arrived(collector)).toEqual(allOf(1_000));
    expect(collector.connections.made).toBeLessThanOrEqual(8);
  });

  it('when answers do not end', patience, async () => {
    const collector = await startCollector();
    collector.treat(endless());
    const ended = await run(`${emitting(collector.url)}\nprocess.exit(0);`);
    expectEnd(ended, { code: 0 });
    expect(arrived(collector)).toEqual(allOf(250));
  });

  it('when a large body is on its way to a collector that starts to read late', patience, async () => {
    const collector = await startCollector();
    let read = (): void => undefined;
    collector.treat({ early: true, run: ({ request }) => void (read = () => request.resume()) }, answer());
    const ended = run(`
      const obs = sdk.createObservability({ sinks: [sdk.postingSink('${collector.url}')], sources: false, delivery: { flushEvery: 0 } });
      obs.recordMetric('m1', 1);
      const slow = sdk.postingSink('${collector.url}');
      const names = Array.from({ length: 200_000 }, (_, index) => ({ name: 'x'.repeat(30) }));
      void slow.write(names, { abortSignal: new AbortController().signal, leaving: false }).catch(() => undefined);
      setTimeout(() => process.exit(0), 200);
    `);
    expectEnd(await ended, { code: 0 });
    read();
    expect(collector.received.filter(({ body }) => body.length === 200_000 * 31)).toHaveLength(1);
  });

  it('beside what cannot be sent at all', patience, async () => {
    const collector = await startCollector();
    const ended = await run(`
      const sinks = [
        sdk.postingSink('${collector.url}', { headers: { 'x-key': 'secret\\nother: 1' } }),
        sdk.postingSink('http://nowhere.invalid/'),
        sdk.postingSink('${collector.url}'),
      ];
      const obs = sdk.createObservability({ sinks, sources: false });
      obs.recordMetric('m1', 1);
      ${ending}
      process.exit(0);
    `);
    expectEnd(ended, { code: 0 });
    expect(arrived(collector)).toEqual(allOf(1));
  });

  it('by two managers', patience, async () => {
    for (const end of ['', 'process.exit(0);', kill('SIGTERM')]) {
      const other = await startCollector();
      const ended = await run(`
        const one = sdk.createObservability({ sinks: [sdk.postingSink('${other.url}')], sources: false });
        const two = sdk.createObservability({ sinks: [sdk.postingSink('${other.url}'), sdk.postingSink('${other.url}')], sources: false });
        one.recordMetric('m1', 1);
        two.recordMetric('m2', 1);
        ${end}
      `);
      expectEnd(ended, end.includes('SIGTERM') ? { signal: 'SIGTERM' } : { code: 0 });
      expect(names(other)).toEqual(['m1', 'm2', 'm2']);
    }
  });

  it('by two copies of the package', patience, async () => {
    for (const [end, expected] of [
      [kill('SIGTERM'), { signal: 'SIGTERM' }],
      ['process.exit(0);', { code: 0 }],
    ] as const) {
      const other = await startCollector();
      const ended = await run(`
        const copy = await import('./sdk.mjs?copy');
        for (const [index, { createObservability, postingSink }] of [sdk, copy].entries()) {
          createObservability({ sinks: [postingSink('${other.url}')], sources: false }).recordMetric('m' + (index + 1), 1);
        }
        ${end}
      `);
      expectEnd(ended, expected);
      expect(names(other)).toEqual(['m1', 'm2']);
    }
  });

  it('with its headers, compressed, encrypted, with a certificate of its own', patience, async () => {
    const secure = await startCollector({ cert: serverCertificate, key: serverKey, ca: authority, requestCert: true, rejectUnauthorized: true });
    const tls = JSON.stringify({ ca: authority, cert: clientCertificate, key: clientKey });
    const ended = await run(`
      const obs = sdk.createObservability({ sinks: [sdk.postingSink('${secure.url}/v1/logs', { compression: 'gzip', tls: ${tls} })], sources: false });
      obs.recordMetric('m1', 1);
      process.exit(0);
    `);
    expectEnd(ended, { code: 0 });
    expect(names(secure)).toEqual(['m1']);
    expect(secure.received[0]).toMatchObject({ path: '/v1/logs', headers: { 'content-encoding': 'gzip', 'content-type': 'text/plain' } });
    expect(secure.received[0]?.headers['user-agent']).toContain('arkhe-observability/');
  });

  it('through proxies', patience, async () => {
    const collector = await startCollector();
    const secure = await startCollector({ cert: serverCertificate, key: serverKey });
    const proxy = await startProxyServer();
    undo.push(() => proxy.close());
    const ended = await run(`
      process.env.HTTP_PROXY = process.env.HTTPS_PROXY = 'http://user:secret@127.0.0.1:${proxy.port}';
      const tls = { ca: ${JSON.stringify(authority)} };
      const sinks = [sdk.postingSink('${collector.url}/v1/logs'), sdk.postingSink('${secure.url}/v1/logs', { tls })];
      const obs = sdk.createObservability({ sinks, sources: false });
      obs.recordMetric('m1', 1);
      process.exit(0);
    `);
    expectEnd(ended, { code: 0 });
    expect(names(collector)).toEqual(['m1']);
    expect(names(secure)).toEqual(['m1']);
    expect([...proxy.asked].sort()).toEqual([`CONNECT 127.0.0.1:${secure.port}`, `POST ${collector.url}/v1/logs`]);
    expect(proxy.authorizations).toEqual(Array(2).fill(`Basic ${Buffer.from('user:secret').toString('base64')}`));
  });
});

describe.concurrent('the process ends as it would have, and in time', () => {
  it.each(few)('without a sink that sends: %s', patience, async (_, end, expected) => {
    const ended = await run(`const obs = sdk.createObservability({ sinks: [], sources: false });\n${ending}\n${end}`);
    expectEnd(ended, expected);
  });

  it.each(few)('with a collector that is not there: %s', patience, async (_, end, expected) => {
    const ended = await run(`${emitting(await refusingUrl())}\n${end}`);
    expectEnd(ended, expected);
  });

  it.each(ways)('with a collector that hangs: %s', patience, async (_, end, expected) => {
    const collector = await startCollector();
    collector.treat(hang());
    const ended = await runner.run(`${emitting(collector.url)}\n${end}`);
    expectEnd(ended, expected);
    expect(ended.ending).toBeLessThan(IN_TIME);
    // Received, though not answered: not sent again on the way.
    expect(arrived(collector)).toEqual(allOf(250));
  });

  it.each(few)('with a collector that does not even read: %s', patience, async (_, end, expected) => {
    const collector = await startCollector();
    collector.treat(neverRead());
    const ended = await runner.run(`
      // More than the buffers between them hold.
      const { write } = sdk.postingSink('${collector.url}');
      const sinks = [{ name: 'verbose', write: ([{ name }], context) => write([{ name: name.repeat(8_000_000) }], context) }];
      const obs = sdk.createObservability({ sinks, sources: false });
      obs.recordMetric('m1', 1);
      ${ending}
      ${end}
    `);
    expectEnd(ended, expected);
    expect(ended.ending).toBeLessThan(IN_TIME);
  });

  it.each([
    ['when requests timed out before', 'delivery: { timeout: 1_000 }', ''],
    [
      'when it exits while it waits',
      '',
      `${kill('SIGTERM')}
      setInterval(() => {
        if (process.listenerCount('SIGTERM') > 0) return;
        obs.recordMetric('late', 1);
        ahead = 1_000;
        process.exit(0);
      }, 10);`,
    ],
  ])('after one wait in all: %s', patience, async (_, options, end) => {
    const collector = await startCollector();
    collector.treat(hang());
    const { stdout } = await runner.run(`
      // No retry before the end.
      Math.random = () => 0.99;
      let ahead = 0;
      const { now } = performance;
      performance.now = () => now.call(performance) + ahead;
      const { wait } = Atomics;
      Atomics.wait = (...given) => {
        writeSync(1, 'wait ' + Math.round(given[3]) + ';');
        return wait(...given);
      };
      ${emitting(collector.url, options)}
      ${end}
    `);
    const waits = [...stdout.matchAll(/wait (\d+);/g)].map(([, milliseconds]) => Number(milliseconds));
    // One second of two is over by then. On a busy machine it may be all.
    expect(waits.length).toBeLessThanOrEqual(1);
    expect(Math.max(0, ...waits)).toBeLessThan(1_500);
  });

  it('at the second signal at the latest', patience, async () => {
    const collector = await startCollector();
    collector.treat(hang());
    const ended = await run(`
      ${emitting(collector.url)}
      ${kill('SIGTERM')}
      // The first was heard.
      setInterval(() => process.listenerCount('SIGTERM') === 0 && process.kill(process.pid, 'SIGTERM'), 10);
    `);
    expectEnd(ended, { signal: 'SIGTERM' });
  });

  it('when threads are forbidden', patience, async () => {
    const collector = await startCollector();
    const permission = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';
    const ended = await run(`${emitting(collector.url)}\nprocess.exit(5);`, [permission, '--allow-fs-read=*']);
    const { code, stderr } = ended;
    expect(code).toBe(5);
    expect(stderr).not.toContain('Error');
    expect(names(collector)).toEqual([]);
  });

  it('whatever it was told to load: that is not loaded once more', patience, async () => {
    const collector = await startCollector();
    const folder = mkdtempSync(join(tmpdir(), 'observability-exit-'));
    undo.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'preload.cjs');
    writeFileSync(file, "require('node:fs').writeSync(1, 'loaded;');");
    const ended = await run(`${emitting(collector.url)}\nprocess.env.NODE_OPTIONS = '--require ${file}';\nprocess.exit(0);`, ['--require', file]);
    expect(ended.stdout).toBe('loaded;ending;');
    expect(arrived(collector)).toEqual(allOf(250));
  });

  it('when it is a thread', patience, async () => {
    const collector = await startCollector();
    const ended = await run(`
      import { Worker } from 'node:worker_threads';
      const sdkUrl = new URL('./sdk.mjs', import.meta.url).href;
      for (const [number, end] of [[1, ''], [2, 'process.exit(0)']]) {
        const code = \`
          import(\${JSON.stringify(sdkUrl)}).then((sdk) => {
            const obs = sdk.createObservability({ sinks: [sdk.postingSink('${collector.url}')], sources: false });
            obs.recordMetric('m\${number}', 1);
            \${end}
          });
        \`;
        await new Promise((resolve) => new Worker(code, { eval: true }).on('exit', resolve));
      }
      ${ending}
    `);
    expectEnd(ended, { code: 0 });
    expect(arrived(collector)).toEqual(allOf(2));
  });

  it('when other listeners give it something to do at the end, and what they emit arrives', patience, async () => {
    const collector = await startCollector();
    const ended = await run(`
      ${emitting(collector.url)}
      let times = 0;
      process.on('beforeExit', () => {
        if (++times > 3) return;
        obs.recordMetric('m' + (250 + times), 1);
        setTimeout(() => undefined, 10);
      });
    `);
    expectEnd(ended, { code: 0 });
    expect(arrived(collector)).toEqual(allOf(253));
  });
});

describe.concurrent('signals', () => {
  it('have one listener for all managers, and none when the last has shut down', patience, async () => {
    const { stdout } = await run(`
      const count = () => ['SIGTERM', 'SIGINT', 'beforeExit', 'exit'].map((name) => process.listenerCount(name));
      const before = count();
      const more = () => console.log(count().map((listeners, index) => listeners - before[index]).join());
      const managers = Array.from({ length: 20 }, () => sdk.createObservability({ sinks: [], sources: false }));
      more();
      for (const manager of managers) await manager.shutdown();
      more();
    `);
    expect(stdout).toBe('1,1,1,1\n0,0,0,0\n');
  });

  it('end the process at once when the last manager has shut down', patience, async () => {
    const { signal, stdout } = await run(`
      const obs = sdk.createObservability({ sinks: [], sources: false });
      await obs.shutdown();
      process.on('exit', () => console.log('exit'));
      ${kill('SIGTERM')}
    `);
    expect({ signal, stdout }).toEqual({ signal: 'SIGTERM', stdout: '' });
  });

  it('that the host ignores stay ignored, and what was queued is written each time', patience, async () => {
    const collector = await startCollector();
    const ended = await run(`
      const obs = sdk.createObservability({ sinks: [sdk.postingSink('${collector.url}')], sources: false, delivery: { flushEvery: 60_000 } });
      let heard = 0;
      const before = process.listenerCount('removeListener');
      process.on('SIGTERM', () => console.log(process.listenerCount('SIGTERM') + ' ' + ++heard));
      for (let number = 1; number <= 3; number++) {
        obs.recordMetric('m' + number, 1);
        process.kill(process.pid, 'SIGTERM');
        await new Promise((resolve) => setTimeout(resolve, 50));
        console.log(process.listenerCount('SIGTERM') + ' ' + (process.listenerCount('removeListener') - before));
      }
      console.log(obs.ledger().sinks.posting.delivered);
      process.exit(0);
    `);
    expectEnd(ended, { code: 0 });
    expect(ended.stdout).toBe('1 1\n2 0\n1 2\n2 0\n1 3\n2 0\n3\n');
    expect(arrived(collector)).toEqual(allOf(3));
  });

  it('do not keep the process alive', patience, async () => {
    const ended = await run(`sdk.createObservability({ sinks: [], sources: false }); ${ending}`);
    expectEnd(ended, { code: 0 });
  });
});
