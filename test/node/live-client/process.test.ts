// In a process of its own, with the application's own copy of RxJS beside ours.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { statisticsFrame, written } from '../../helpers/live-frames.ts';
import { createScriptRunner } from '../../helpers/child-process.ts';
import type { ScriptRunner } from '../../helpers/child-process.ts';
import { sseServer, streaming } from './sse-server.ts';

let runner: ScriptRunner;
beforeAll(async () => {
  runner = await createScriptRunner();
}, 60_000);
afterAll(() => runner.dispose());

const patience = { timeout: 60_000 };

describe('a process with a live connection', () => {
  it('ends by itself while the connection waits for a server that is not there', patience, async () => {
    const server = await sseServer([]);
    await server.close();
    const { code, stdout, stderr, ending } = await runner.run(`
      const live = sdk.connectLive('${server.url}');
      live.state$.subscribe((state) => console.log(state));
      live.statistics$.subscribe();
    `);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe('closed\nconnecting\nretrying\n');
    expect(ending).toBeLessThan(8_000);
  });

  it('ends when nobody listens any more', patience, async () => {
    const server = await sseServer([streaming(written(statisticsFrame({ a: 1 })))]);
    onTestFinished(() => server.close());
    const { code, stdout, stderr, ending } = await runner.run(`
      for await (const statistics of sdk.connectLive('${server.url}').statistics$) {
        console.log([...statistics.keys()].join());
        break;
      }
    `);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'a\n', stderr: '' });
    expect(ending).toBeLessThan(8_000);
  });

  it('goes on when a subscriber throws', patience, async () => {
    const server = await sseServer([streaming(written(statisticsFrame({ a: 1 })))]);
    onTestFinished(() => server.close());
    const { code, stdout, stderr } = await runner.run(`
      const live = sdk.connectLive('${server.url}');
      const boom = () => { throw new Error('boom'); };
      live.statistics$.pipe(rxjs.map((all) => all.size)).subscribe({ next: boom });
      live.frames$.subscribe(async () => boom());
      const said = await rxjs.firstValueFrom(live.health$.pipe(rxjs.take(2), rxjs.map(({ type, name }) => type + ' ' + name), rxjs.toArray()));
      console.log(said.join());
      process.exit(0);
    `);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trim().split(',').sort()).toEqual(['subscriber-failed frames$', 'subscriber-failed statistics$']);
  });
});

describe('a stream of the SDK, for another copy of RxJS,', () => {
  it('is an Observable, not an iterable', patience, async () => {
    const { code, stdout, stderr } = await runner.run(`
      const obs = sdk.createObservability({ sinks: [], sources: false });
      const seen = [];
      rxjs.from(obs.metrics$).subscribe(({ value }) => seen.push('from ' + value));
      rxjs.merge(obs.metrics$, rxjs.NEVER).subscribe(({ value }) => seen.push('merge ' + value));
      rxjs.of(0).pipe(rxjs.switchMap(() => obs.metrics$)).subscribe(({ value }) => seen.push('switchMap ' + value));
      rxjs.combineLatest([obs.metrics$, rxjs.of('x')]).subscribe(([{ value }]) => seen.push('combineLatest ' + value));
      obs.metrics$.pipe(rxjs.filter(({ value }) => value > 0), rxjs.map(({ value }) => value)).subscribe((value) => seen.push('pipe ' + value));
      const first = rxjs.firstValueFrom(obs.metrics$);
      obs.recordMetric('m', 7);
      // At once: through an iterable they would come later.
      console.log(JSON.stringify(seen));
      console.log((await first).value, obs.metrics$ instanceof rxjs.Observable);
    `);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`${JSON.stringify(['from 7', 'merge 7', 'switchMap 7', 'combineLatest 7', 'pipe 7'])}\n7 false\n`);
  });

  it('is for `for await`, whichever copy its operators and streams are of', patience, async () => {
    const { code, stdout, stderr } = await runner.run(`
      const obs = sdk.createObservability({ sinks: [], sources: false });
      const loops = [obs.metrics$.pipe(rxjs.map(({ value }) => value)), sdk.toAsyncIterable(rxjs.of(1, 2)), sdk.toAsyncIterable(rxjs.merge(obs.metrics$, obs.logs$).pipe(rxjs.map(({ name }) => name)))];
      const done = loops.map(async (loop) => { for await (const value of loop) return value; });
      await undefined;
      obs.recordMetric('m', 7);
      console.log(JSON.stringify(await Promise.all(done)));
    `);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '[7,1,"m"]\n', stderr: '' });
  });
});
