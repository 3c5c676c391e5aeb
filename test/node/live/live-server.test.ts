// A server of its own, of which the application notices nothing.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Observable } from 'rxjs';
import { createTestObservability } from '#testing';
import { incomingRequests } from '#sdk';
import type { Health } from '#sdk';
import { createStartLiveServer } from '../../../src/node/live/start-live-server.ts';
import type { LiveServer, LiveServerOptions } from '../../../src/node/live/start-live-server.ts';
import { createScriptRunner } from '../../helpers/child-process.ts';
import type { ScriptRunner } from '../../helpers/child-process.ts';
import { listen, undo, undoAll, until } from '../sources/observed.ts';
import { askOnce, openStream } from './live-stream.ts';

afterEach(undoAll);

function tested(options: Parameters<typeof createTestObservability>[0] = {}): ReturnType<typeof createTestObservability> & { start(options?: LiveServerOptions): Promise<LiveServer> } {
  const observability = createTestObservability(options);
  undo.push(() => observability.obs.shutdown());
  const startLiveServer = createStartLiveServer(() => observability.obs);
  return {
    ...observability,
    async start(serverOptions) {
      const server = await startLiveServer({ port: 0, ...serverOptions });
      undo.push(() => server.close());
      return server;
    },
  };
}

describe('startLiveServer', () => {
  it('serves the stream of a manager on this machine', async () => {
    const { obs, clock, start } = tested();
    const { url, port } = await start();
    expect(url).toBe(`http://127.0.0.1:${port}/`);
    const stream = await openStream(url);
    obs.profiler.profile('work', () => 1);
    clock.advance(1_000);
    await until(() => stream.of('statistics').length > 0);
    expect(stream.of('statistics')[0]?.series.map(({ name }) => name)).toEqual(['work']);
  });

  it('serves others with a token', async () => {
    const { start } = tested();
    const { url, port } = await start({ host: '0.0.0.0', token: 'k3y' });
    expect(url).toBe(`http://localhost:${port}/`);
    const stream = await openStream(`http://127.0.0.1:${port}/`, { headers: { authorization: 'Bearer k3y' } });
    expect(stream.status).toBe(200);
    expect((await openStream(`http://127.0.0.1:${port}/`)).status).toBe(401);
  });

  it('ends its streams when it is closed, and waits for no client; twice is once', async () => {
    const { start } = tested();
    const server = await start();
    const stream = await openStream(server.url);
    const asking = connect(server.port, '127.0.0.1');
    asking.on('error', () => undefined);
    await once(asking, 'connect');
    asking.write('GET / HTTP/1.1\r\nhost: ');
    // What comes later was read later.
    await askOnce(`${server.url}nothing.js`);
    await Promise.all([server.close(), server.close()]);
    await until(() => stream.isOver);
    asking.destroy();
    await expect(askOnce(server.url)).rejects.toThrow();
  });

  it('ends with the manager', async () => {
    const { obs, start } = tested();
    const { url } = await start();
    const stream = await openStream(url);
    await obs.shutdown();
    await until(() => stream.isOver);
    await expect(askOnce(url)).rejects.toThrow();
  });

  it('leaves nothing of itself with the manager when it is closed, or cannot listen', async () => {
    const { obs, start } = tested();
    let listening = 0;
    const health$ = new Observable<Health>((subscriber) => {
      listening += 1;
      subscriber.add(() => (listening -= 1));
      return obs.health$.subscribe(subscriber);
    });
    // Everything else is the manager's.
    const watched = Object.create(obs, { health$: { value: health$ } }) as typeof obs;
    const { port, close } = await start({ obs: watched });
    expect(listening).toBeGreaterThan(0);
    await expect(start({ obs: watched, port })).rejects.toThrow('EADDRINUSE');
    await close();
    expect(listening).toBe(0);
  });

  it('says when it cannot have its port, and rejects for who waits', async () => {
    const { obs, start } = tested();
    const said: string[] = [];
    obs.health$.subscribe((health) => 'message' in health && said.push(health.message));
    const { port } = await start();
    await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(said).toEqual(['the server cannot listen: EADDRINUSE']);
  });

  it('is not observed: no span, no request, no response, no number', async () => {
    const { obs, sink, start } = tested({ sources: [incomingRequests()] });
    const { url } = await start();
    const application = createServer((_, response) => void response.end('ok'));
    const port = await listen(application);
    const stream = await openStream(url);
    await askOnce(url);
    await askOnce(`${url}dashboard.js`);
    await askOnce(url, { method: 'POST' });
    stream.close();
    await askOnce(`http://127.0.0.1:${port}/seen`);
    await obs.flush();
    await until(() => sink.signals.some(({ kind }) => kind === 'response'));
    const paths = sink.signals.flatMap((signal) => ('path' in signal ? signal.path : (signal.attributes['url.path'] ?? [])));
    expect(new Set(paths)).toEqual(new Set(['/seen']));
    expect(sink.signals.filter(({ kind }) => kind === 'metric')).toHaveLength(1);
  });
});

describe('the process', () => {
  let runner: ScriptRunner;
  beforeAll(async () => {
    runner = await createScriptRunner('test/node/live/live-server-script.ts');
  });
  afterAll(() => runner.dispose());

  it('ends as it would have, with a server and a client on it', async () => {
    const { code, stdout, stderr, ending } = await runner.run(`
      const obs = sdk.createObservability({ sinks: [], sources: false });
      const { url } = await sdk.startLiveServer({ obs, port: 0 });
      const response = await sdk.openSilently(url);
      console.log(response.statusCode);
    `);
    expect([code, stdout.trim(), stderr]).toEqual([0, '200', '']);
    expect(ending).toBeLessThan(3_000);
  });

  it('is not ended by a port that somebody else has', async () => {
    const { code, stdout } = await runner.run(`
      const obs = sdk.createObservability({ sinks: [], sources: false });
      const { port } = await sdk.startLiveServer({ obs, port: 0 });
      sdk.startLiveServer({ obs, port });
      setTimeout(() => console.log('still here'), 100);
    `);
    expect([code, stdout.trim()]).toEqual([0, 'still here']);
  });
});
