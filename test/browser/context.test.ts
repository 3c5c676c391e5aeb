import { afterEach, describe, expect, it, vi } from '#test';
import { createObservability, memorySink } from '#sdk';
import type { ObservabilityManager, Sink, WriteContext } from '#sdk';
import { createTestClock } from '#testing';
import { recordingOf } from '../helpers/recorded.ts';

let managers: ObservabilityManager[] = [];
afterEach(async () => {
  await Promise.all(managers.map((obs) => obs.shutdown()));
  managers = [];
});

function setUp(sink: Sink = memorySink()) {
  const obs = createObservability({ sinks: [sink], clock: createTestClock() });
  managers.push(obs);
  return { obs, ...recordingOf(obs) };
}

describe('the active span in a page', () => {
  it('is that of the synchronous part of a call', () => {
    const { obs, span } = setUp();
    const target = new EventTarget();
    obs.tracer.startSpan('outer', () => {
      target.addEventListener('event', () => obs.tracer.startSpan('in a listener', () => undefined));
      target.dispatchEvent(new Event('event'));
      [1].forEach(() => obs.tracer.startSpan('in a callback', () => undefined));
    });
    expect(span('in a listener').parentSpanId).toBe(span('outer').trace.spanId);
    expect(span('in a callback').parentSpanId).toBe(span('outer').trace.spanId);
    expect(obs.tracer.activeSpan()).toBe(undefined);
  });

  it('is not guessed after an await: the span at hand tells it', async () => {
    const { obs, span } = setUp();
    await obs.tracer.startSpan('outer', async (outer) => {
      await Promise.resolve();
      expect(obs.tracer.activeSpan()).toBe(undefined);
      obs.tracer.startSpan('unknown', () => undefined);
      outer.startSpan('known', (known) => {
        expect(obs.tracer.activeSpan()).toBe(known);
        obs.tracer.startSpan('below', () => undefined);
      });
    });
    expect(span('unknown').parentSpanId).toBe(undefined);
    expect(span('known').parentSpanId).toBe(span('outer').trace.spanId);
    expect(span('below').parentSpanId).toBe(span('known').trace.spanId);
  });

  it('never belongs to something else that happens meanwhile', async () => {
    const { obs, span } = setUp();
    await Promise.all(
      ['a', 'b'].map((name) =>
        obs.tracer.startSpan(name, async (active) => {
          await Promise.resolve();
          active.startSpan(`${name} inner`, () => undefined);
          await new Promise((resolve) => setTimeout(resolve, 0));
          active.run(() => obs.tracer.startSpan(`${name} later`, () => undefined));
        }),
      ),
    );
    for (const name of ['a', 'b']) {
      expect(span(`${name} inner`).parentSpanId).toBe(span(name).trace.spanId);
      expect(span(`${name} later`).parentSpanId).toBe(span(name).trace.spanId);
    }
  });

  it('keeps the request of a span, wherever the code runs', async () => {
    const { obs, only } = setUp();
    await obs.traceRequest('GET', '/', async () => {
      const active = obs.tracer.activeSpan();
      await Promise.resolve();
      expect(obs.requestLogger.current()).toBe(undefined);
      active?.run(() => obs.logger.info('later'));
    });
    expect(only('log')).toMatchObject({ requestId: only('request').requestId, trace: only('request').trace });
  });
});

describe('leaving the page', () => {
  function written() {
    const writes: { readonly names: string[]; readonly leaving: boolean }[] = [];
    const sink: Sink = {
      name: 'mine',
      write: (batch, { leaving }: WriteContext) => void writes.push({ names: batch.map(({ name }) => name), leaving }),
    };
    return { writes, ...setUp(sink) };
  }

  function become(state: DocumentVisibilityState): void {
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
    document.dispatchEvent(new Event('visibilitychange'));
  }

  it('writes what is queued at once when the page is hidden, and when it is left', () => {
    const { obs, writes } = written();
    obs.recordMetric('one', 1);
    become('visible');
    expect(writes).toEqual([]);
    become('hidden');
    expect(writes).toEqual([{ names: ['one'], leaving: true }]);
    become('hidden');
    obs.recordMetric('two', 1);
    window.dispatchEvent(new Event('pagehide'));
    expect(writes.slice(1)).toEqual([{ names: ['two'], leaving: true }]);
  });

  it('is not listened to after shutdown', async () => {
    const added: string[] = [];
    const removed: string[] = [];
    for (const target of [document, window] as EventTarget[]) {
      vi.spyOn(target, 'addEventListener').mockImplementation((type) => void added.push(type));
      vi.spyOn(target, 'removeEventListener').mockImplementation((type) => void removed.push(type));
    }
    const { obs } = written();
    expect(added).toEqual(expect.arrayContaining(['pagehide', 'visibilitychange']));
    await obs.shutdown();
    // Those of the sources, too.
    expect(removed.sort()).toEqual(added.sort());
  });
});

describe('the session', () => {
  it('is on every signal, and the same for the whole tab', () => {
    const first = setUp();
    const second = setUp();
    first.obs.logger.info('x');
    second.obs.tracer.startSpan('x').end();
    const { sessionId } = first.only('log');
    expect(sessionId).toMatch(/^[\da-f]{32}$/);
    expect(second.only('span').sessionId).toBe(sessionId);
  });

  it('begins anew when what is stored is none', () => {
    sessionStorage.setItem('@arkhe/observability/session', '<script>');
    const { obs, only } = setUp();
    obs.logger.info('x');
    expect(only('log').sessionId).toMatch(/^[\da-f]{32}$/);
  });

  it('is that of the page view where storage is blocked', () => {
    vi.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
      throw new DOMException('blocked', 'SecurityError');
    });
    const { obs, ofKind } = setUp();
    obs.logger.info('x');
    obs.logger.info('y');
    const [one, two] = ofKind('log').map(({ sessionId }) => sessionId);
    expect(one).toMatch(/^[\da-f]{32}$/);
    expect(two).toBe(one);
  });
});
