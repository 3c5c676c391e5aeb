// What is active while a request is served, and what is no longer when the next comes over the same connection.
import { AsyncResource } from 'node:async_hooks';
import { EventEmitter, once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterEach, describe, expect, it } from 'vitest';
import { incomingRequests, outgoingRequests } from '#sdk';
import type { ObservabilityManager } from '#sdk';
import { connectRaw, observe, parentId, serve, undo, undoAll, until } from './observed.ts';
import type { Observed } from './observed.ts';

afterEach(undoAll);

const traceOf = (index: number): string => (index + 0xa00).toString(16).padStart(32, '0');
function head(path: string, index?: number, ...lines: string[]): string {
  const parent = index === undefined ? [] : [`traceparent: 00-${traceOf(index)}-${parentId}-01`];
  return `${[`GET ${path} HTTP/1.1`, 'Host: x', ...parent, ...lines].join('\r\n')}\r\n\r\n`;
}
const incoming = (options = {}): Observed => observe({ sources: [incomingRequests(options)] });

describe('the span of a request is active', () => {
  const active = (obs: ObservabilityManager): string | undefined => obs.tracer.activeSpan()?.trace.traceId;
  const places: readonly (readonly [string, (seen: () => void) => void | Promise<unknown>])[] = [
    ['in the handler', (seen) => seen()],
    ['after an await', async (seen) => (await null, seen())],
    ['in a microtask', (seen) => new Promise<void>((resolve) => queueMicrotask(() => resolve(seen())))],
    ['in the next tick', (seen) => new Promise<void>((resolve) => process.nextTick(() => resolve(seen())))],
    ['in a timer', (seen) => new Promise<void>((resolve) => setTimeout(() => resolve(seen()), 1))],
    ['in an immediate', (seen) => new Promise<void>((resolve) => setImmediate(() => resolve(seen())))],
    [
      'in the pieces of a stream',
      (seen) =>
        pipeline(Readable.from(['a', 'b']), async (pieces) => {
          for await (const _ of pieces) seen();
        }),
    ],
    [
      'after an event that something else emits',
      async (seen) => {
        const emitter = new EventEmitter();
        setTimeout(() => emitter.emit('done'), 1);
        await once(emitter, 'done');
        seen();
      },
    ],
  ];
  it.each(places)('%s', async (_, place) => {
    const { obs } = incoming();
    const seen: unknown[] = [];
    const port = await serve(async (_request, response) => {
      await place(() => seen.push(active(obs)));
      response.end('ok');
    });
    const client = await connectRaw(port);
    client.write(head('/', 1));
    await until(() => client.received().includes('ok'));
    expect(seen.length).toBeGreaterThan(0);
    expect(new Set(seen)).toEqual(new Set([traceOf(1)]));
  });

  it('in what reads the body, however late it comes', async () => {
    const { obs } = incoming();
    const seen: unknown[] = [];
    const port = await serve((request, response) => {
      request.on('data', () => seen.push(active(obs)));
      request.on('end', () => {
        seen.push(active(obs));
        response.end('ok');
      });
    });
    const client = await connectRaw(port);
    client.write(`POST / HTTP/1.1\r\nHost: x\r\ntraceparent: 00-${traceOf(1)}-${parentId}-01\r\nContent-Length: 4\r\n\r\nab`);
    await until(() => seen.length === 1);
    client.write('cd');
    await until(() => client.received().includes('ok'));
    expect(seen).toEqual(Array(3).fill(traceOf(1)));
  });

  it('as the parent of what is begun there', async () => {
    const observed = incoming();
    const port = await serve(async (_, response) => {
      await observed.obs.tracer.startSpan('inner', async () => null);
      response.end();
    });
    (await connectRaw(port)).write(head('/'));
    const [inner, server] = await observed.waitFor(2);
    expect(inner).toMatchObject({ name: 'inner', parentSpanId: server!.trace.spanId, parentIsRemote: undefined });
    expect(server!.parentSpanId).toBe(undefined);
  });

  it('not outside', async () => {
    const { obs, waitFor } = incoming();
    const port = await serve((_, response) => void response.end());
    (await connectRaw(port)).write(head('/', 1));
    await waitFor(1);
    expect(obs.tracer.activeSpan()).toBe(undefined);
  });
});

describe('nothing is left of it for the next on the same connection', () => {
  interface Seen {
    readonly path: string;
    readonly moment: string;
    readonly trace: string | undefined;
  }
  /** Asks for the paths in turn, and gives back what was active in each at every moment. */
  async function follow(observed: Observed, requests: readonly string[], isPipelined: boolean): Promise<readonly Seen[]> {
    const seen: Seen[] = [];
    const port = await serve(async (request, response) => {
      const note = (moment: string): void =>
        void seen.push({ path: request.url!, moment, trace: observed.obs.tracer.activeSpan()?.trace.traceId });
      note('at once');
      await new Promise((resolve) => setTimeout(resolve, 3));
      note('later');
      response.end('ok');
      response.on('close', () => note('closed'));
    });
    const client = await connectRaw(port);
    const answered = (): number => client.received().split('HTTP/1.1 200').length - 1;
    if (isPipelined) client.write(requests.join(''));
    else {
      for (const [index, request] of requests.entries()) {
        client.write(request);
        await until(() => answered() === index + 1);
      }
    }
    await until(() => answered() === requests.length && seen.length === 3 * requests.length);
    return seen;
  }

  const modes = [
    ['one after the other', false],
    ['all at once', true],
  ] as const;
  describe.each(modes)('%s', (_, isPipelined) => {
    it('each is in its own trace', async () => {
      const seen = await follow(
        incoming(),
        [1, 2, 3, 4, 5].map((index) => head(`/${index}`, index)),
        isPipelined,
      );
      for (const { path, trace: where } of seen) expect([path, where]).toEqual([path, traceOf(Number(path.slice(1)))]);
    });

    it('one without a parent begins a trace', async () => {
      const observed = incoming();
      const seen = await follow(observed, [head('/1', 1), head('/new'), head('/2', 2)], isPipelined);
      const root = observed.spans.find(({ attributes }) => attributes['url.path'] === '/new')!;
      expect(root.parentSpanId).toBe(undefined);
      expect([traceOf(1), traceOf(2)]).not.toContain(root.trace.traceId);
      expect(new Set(seen.filter(({ path }) => path === '/new').map((entry) => entry.trace))).toEqual(new Set([root.trace.traceId]));
    });

    it('in one that is not to be seen nothing is active', async () => {
      const seen = await follow(
        incoming({ ignore: ['/skip'] }),
        [head('/1', 1), head('/skip', 2), head('/skip'), head('/3', 3)],
        isPipelined,
      );
      for (const { path, trace: where } of seen)
        expect([path, where]).toEqual([path, path === '/skip' ? undefined : traceOf(Number(path.slice(1)))]);
    });

    it('nor in an export', async () => {
      const requests = [head('/1', 1), head('/export', 2, 'User-Agent: arkhe-observability/1'), head('/3', 3)];
      const seen = await follow(incoming(), requests, isPipelined);
      for (const { path, trace: where } of seen)
        expect([path, where]).toEqual([path, path === '/export' ? undefined : traceOf(Number(path.slice(1)))]);
    });
  });

  it('a request under way does not change when the next comes', async () => {
    const { obs } = incoming();
    const seen: (string | undefined)[] = [];
    let go = (): void => undefined;
    const port = await serve(async (request, response) => {
      if (request.url === '/slow') {
        await new Promise<void>((resolve) => (go = resolve));
        seen.push(obs.tracer.activeSpan()?.trace.traceId);
      } else go();
      response.end('ok');
    });
    const client = await connectRaw(port);
    client.write(head('/slow', 1) + head('/2', 2));
    await until(() => client.received().split('ok').length === 3);
    expect(seen).toEqual([traceOf(1)]);
  });
});

describe('two managers', () => {
  it('each have a span of their own, which is active for them', async () => {
    const [one, two] = [incoming(), incoming({ ignore: ['/one'] })];
    const seen: unknown[] = [];
    const port = await serve(async (_, response) => {
      await null;
      seen.push([one, two].map(({ obs }) => obs.tracer.activeSpan()?.trace.spanId));
      response.end('ok');
    });
    const client = await connectRaw(port);
    client.write(head('/both') + head('/one'));
    await until(() => client.received().split('ok').length === 3);
    const ids = one.spans.map((span) => span.trace.spanId);
    expect(two.spans.length).toBe(1);
    expect(seen).toEqual([
      [ids[0], two.spans[0]!.trace.spanId],
      [ids[1], undefined],
    ]);
  });
});

describe('beside OpenTelemetry with a context manager of its own', () => {
  it('its context has the span too, in the handler and in what it awaits', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    undo.push(() => context.disable());
    const observed = incoming();
    const seen: unknown[] = [];
    const port = await serve(async (_, response) => {
      seen.push(trace.getSpan(context.active())?.spanContext().spanId);
      await new Promise((resolve) => setTimeout(resolve, 2));
      seen.push(trace.getSpan(context.active())?.spanContext().spanId);
      response.end();
    });
    (await connectRaw(port)).write(head('/', 1));
    const [span] = await observed.waitFor(1);
    expect(seen).toEqual([span!.trace.spanId, span!.trace.spanId]);
    expect(span!.trace.traceId).toBe(traceOf(1));
  });
});

describe('what is sent while a request is served', () => {
  it('is a child of it, also from what was made before', async () => {
    const observed = observe({ sources: [incomingRequests(), outgoingRequests()] });
    const { request } = await import('node:http');
    const target = await serve((_, response) => void response.end());
    const resource = new AsyncResource('elsewhere');
    const port = await serve((_, response) => {
      request({ port: target, path: '/inside' }, (answer) => {
        answer.resume();
        resource.runInAsyncScope(() =>
          request({ port: target, path: '/elsewhere' }, (other) => other.resume().on('end', () => response.end())).end(),
        );
      }).end();
    });
    (await connectRaw(port)).write(head('/', 1));
    await observed.waitFor(5);
    const clients = observed.spans.filter(({ spanKind }) => spanKind === 'client');
    const outer = observed.spans.find(
      ({ spanKind, trace: where }) =>
        spanKind === 'server' && where.traceId === traceOf(1) && observed.spans.some(({ parentSpanId }) => parentSpanId === where.spanId),
    );
    expect(clients.find(({ attributes }) => String(attributes['url.full']).endsWith('/inside'))!.parentSpanId).toBe(outer!.trace.spanId);
    expect(clients.find(({ attributes }) => String(attributes['url.full']).endsWith('/elsewhere'))!.parentSpanId).toBe(undefined);
  });
});
