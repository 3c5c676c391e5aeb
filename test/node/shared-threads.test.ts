// Statistics of the threads of a process and of the processes of a cluster, for real.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createScriptRunner } from '../helpers/child-process.ts';
import type { Ended, ScriptRunner } from '../helpers/child-process.ts';
import { exactly, measured } from './shared-fixtures/measured.ts';

let runner: ScriptRunner;

beforeAll(async () => {
  runner = await createScriptRunner('test/node/shared-fixtures/shared-app.ts');
}, 60_000);
afterAll(() => runner.dispose());

const setUp = `
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import cluster from 'node:cluster';
import { once } from 'node:events';
const { filter, firstValueFrom, map } = rxjs;
const begin = (options = {}) => sdk.createObservability({ serviceName: 'shop', sources: false, sinks: [], ...options });
const share = (obs, options) => sdk.shareStatistics(obs, { every: 100, ...options });
/** The numbers of the series as soon as it has so many values; waits for them, where sharing alone lets the process end. */
async function whenCounted(shared, count, options = { every: 100 }) {
  const waiting = setInterval(() => undefined, 1_000);
  const statistics = await firstValueFrom(shared.watchStatistics(options).pipe(
    map((statistics) => statistics.get('GET')),
    filter((statistics) => statistics !== undefined && statistics.count >= count),
  ));
  clearInterval(waiting);
  return sdk.numbersOf(statistics);
}
const say = (value) => process.stdout.write(JSON.stringify(value) + '\\n');
`;

async function run(script: string): Promise<Ended & { readonly said: readonly unknown[] }> {
  const ended = await runner.run(setUp + script);
  expect([ended.code, ended.signal, ended.stderr]).toEqual([0, null, '']);
  return { ...ended, said: ended.stdout.split('\n').filter((line) => line !== '').map((line): unknown => JSON.parse(line)) };
}

const union = exactly(measured.flat());
const averaged = measured.reduce((sum, values) => sum + exactly(values).p99, 0) / measured.length;

describe('the threads of a process', { timeout: 60_000 }, () => {
  it('make one view, whose percentiles are those of all their values', async () => {
    const { said } = await run(`
      const obs = begin();
      const shared = share(obs);
      if (isMainThread) {
        const threads = sdk.measured.slice(1).map((_, index) => new Worker(new URL(import.meta.url), { workerData: index + 1 }));
        sdk.respond(obs, sdk.measured[0]);
        say(await whenCounted(shared, ${union.count}));
        // Late, and in another program of the same thread: it has the whole at once.
        say(await whenCounted(share(begin()), ${union.count}));
        for (const thread of threads) thread.postMessage('end');
      } else {
        sdk.respond(obs, sdk.measured[workerData]);
        await once(parentPort, 'message');
        parentPort.close();
      }
    `);
    expect(said).toEqual([union, union]);
    expect(union.p99).toBeLessThan(averaged / 2);
  });

  it('can be watched in any of them', async () => {
    const { said } = await run(`
      const obs = begin();
      const shared = share(obs);
      if (isMainThread) {
        sdk.respond(obs, sdk.measured[0]);
        const thread = new Worker(new URL(import.meta.url));
        const [numbers] = await once(thread, 'message');
        say(numbers);
      } else {
        sdk.respond(obs, sdk.measured[3]);
        parentPort.postMessage(await whenCounted(shared, ${measured[0]!.length + measured[3]!.length}));
      }
    `);
    expect(said).toEqual([exactly([...measured[0]!, ...measured[3]!])]);
  });

  it('may die: what they said stays for the window', async () => {
    const { said } = await run(`
      const obs = begin();
      const shared = share(obs);
      if (isMainThread) {
        // Watches all the time: a watch that begins later cannot ask the dead.
        shared.watchStatistics({ every: 100 }).subscribe();
        const thread = new Worker(new URL(import.meta.url));
        await whenCounted(shared, ${measured[2]!.length});
        say(await firstValueFrom(shared.participants$.pipe(filter((count) => count === 2))));
        await thread.terminate();
        sdk.respond(obs, sdk.measured[0]);
        say(await whenCounted(shared, ${measured[0]!.length + measured[2]!.length}));
        say(await whenCounted(shared, ${measured[0]!.length}, { every: 100, window: 5_000 }));
        shared.close();
      } else {
        sdk.respond(obs, sdk.measured[2]);
        setInterval(() => undefined, 1_000);
      }
    `);
    expect(said).toEqual([2, exactly([...measured[0]!, ...measured[2]!]), exactly(measured[0]!)]);
  });

  it('are heard once more when their managers end', async () => {
    const { said } = await run(`
      const obs = begin();
      const shared = share(obs, { every: 60_000 });
      if (isMainThread) {
        shared.watchStatistics({ every: 100 }).subscribe();
        const thread = new Worker(new URL(import.meta.url));
        await firstValueFrom(shared.participants$.pipe(filter((count) => count === 2)));
        thread.postMessage('end');
        say(await whenCounted(shared, ${measured[1]!.length}));
      } else {
        await once(parentPort, 'message');
        sdk.respond(obs, sdk.measured[1]);
        await obs.shutdown();
        process.exit();
      }
    `);
    expect(said).toEqual([exactly(measured[1]!)]);
  });

  it('end by themselves while they share and watch', async () => {
    const { said, ending } = await run(`
      const obs = begin();
      const shared = share(obs);
      shared.watchStatistics().subscribe();
      shared.participants$.subscribe();
      sdk.respond(obs, sdk.measured[0]);
      if (isMainThread) {
        const thread = new Worker(new URL(import.meta.url));
        await once(thread, 'exit');
        say('thread ended');
      }
    `);
    expect(said).toEqual(['thread ended']);
    expect(ending).toBeLessThan(5_000);
  });

  it('of two groups do not mix', async () => {
    const { said } = await run(`
      const obs = begin();
      const shared = share(obs, { name: isMainThread ? 'shop' : 'bank' });
      if (isMainThread) {
        const thread = new Worker(new URL(import.meta.url));
        await once(thread, 'message');
        sdk.respond(obs, sdk.measured[1]);
        say(await whenCounted(shared, 1));
        thread.postMessage('end');
      } else {
        sdk.respond(obs, sdk.measured[3]);
        await whenCounted(shared, 1);
        parentPort.postMessage('counted');
        await once(parentPort, 'message');
        parentPort.close();
      }
    `);
    expect(said).toEqual([exactly(measured[1]!)]);
  });
});

describe.each(['json', 'advanced'])('the processes of a cluster that speak %s', { timeout: 60_000 }, (serialization) => {
  it('make one view, in the primary and in each worker, threads of theirs included', async () => {
    const { said } = await run(`
      const obs = begin();
      const shared = share(obs);
      if (!isMainThread) {
        // A thread of the second worker.
        sdk.respond(obs, sdk.measured[3]);
        setInterval(() => undefined, 1_000);
      } else if (cluster.isPrimary) {
        cluster.setupPrimary({ serialization: '${serialization}' });
        const workers = [1, 2].map((part) => cluster.fork({ PART: part }));
        sdk.respond(obs, sdk.measured[0]);
        const heard = Promise.all(workers.map((worker) => new Promise((resolve) => worker.on('message', (message) => message.numbers && resolve(message.numbers)))));
        say(await whenCounted(shared, ${union.count}));
        for (const numbers of await heard) say(numbers);
        say(shared.ignored);
        for (const worker of workers) worker.kill();
      } else {
        if (process.env.PART === '2') new Worker(new URL(import.meta.url));
        sdk.respond(obs, sdk.measured[process.env.PART]);
        process.send({ numbers: await whenCounted(shared, ${union.count}) });
      }
    `);
    expect(said).toEqual([union, union, union, 0]);
  });
});

describe('the processes of a cluster', { timeout: 60_000 }, () => {
  it('keep the messages of the application apart from theirs, and survive what is malformed', async () => {
    const { said } = await run(`
      const obs = begin();
      const shared = share(obs, { name: 'shop' });
      const isOwn = (message) => message['arkhe-observability'] === undefined;
      if (cluster.isPrimary) {
        const worker = cluster.fork();
        const own = [];
        worker.on('message', (message) => {
          if (isOwn(message)) own.push(message);
          if (message === 'ready') worker.send('from the primary');
        });
        say(await whenCounted(shared, 1));
        say(own);
        say(shared.ignored);
        worker.kill();
      } else {
        const heard = [];
        process.on('message', (message) => {
          if (!isOwn(message)) return;
          for (const data of [7, 'no message', null]) process.send({ 'arkhe-observability': 'arkhe-observability/statistics/1/shop', data });
          process.send({ 'arkhe-observability': {} });
          process.send({ answer: message });
          sdk.respond(obs, [7]);
        });
        process.send('ready');
      }
    `);
    expect(said).toEqual([exactly([7]), ['ready', { answer: 'from the primary' }], 3]);
  });

  it('may end at any time', async () => {
    const { said } = await run(`
      const obs = begin();
      const shared = share(obs);
      if (cluster.isPrimary) {
        const workers = [1, 2].map((part) => cluster.fork({ PART: part }));
        const both = whenCounted(shared, ${measured[1]!.length + measured[2]!.length});
        say(await both);
        workers[0].process.kill('SIGKILL');
        workers[1].disconnect();
        for (let count = 0; count < 20; count += 1) {
          sdk.respond(obs, [1]);
          await whenCounted(shared, 1, { every: 20 });
        }
        say('still here');
      } else {
        sdk.respond(obs, sdk.measured[process.env.PART]);
      }
    `);
    expect(said).toEqual([exactly([...measured[1]!, ...measured[2]!]), 'still here']);
  });
});
