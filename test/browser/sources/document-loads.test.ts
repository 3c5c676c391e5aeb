import { afterEach, beforeEach, describe, expect, it, vi } from '#test';
import { createObservability, documentLoads } from '../../../src/browser/index.ts';
import type { ObservabilityManager, Source, TracingOptions } from '../../../src/browser/index.ts';
import { createTestClock } from '#testing';
import { recordingOf } from '../../helpers/recorded.ts';

/** What the browser measured, in place of what it measured of this page. */
let timeline: Record<'navigation' | 'resource' | 'paint', object[]>;
let managers: ObservabilityManager[] = [];

const page = `${location.origin}/shop`;

function resource(more: Partial<PerformanceResourceTiming> = {}): object {
  const sizes = { transferSize: 400, encodedBodySize: 100 };
  return { name: `${location.origin}/logo.svg`, initiatorType: 'img', startTime: 20, responseEnd: 30, responseStatus: 200, ...sizes, ...more };
}

function navigation(more: object = {}): object {
  const document = resource({ name: page, initiatorType: 'navigation', startTime: 0, responseEnd: 15 });
  return { ...document, type: 'navigate', fetchStart: 1, loadEventEnd: 100, ...more };
}

// In a suite of its own: what stands outside of one holds for the tests of every file.
describe('documentLoads', () => {
  beforeEach(() => {
    const paint = [
      { name: 'first-paint', startTime: 40 },
      { name: 'first-contentful-paint', startTime: 50 },
    ];
    timeline = { navigation: [navigation()], resource: [], paint };
    vi.spyOn(performance, 'getEntriesByType').mockImplementation((type) => (timeline[type as 'paint'] ?? []) as PerformanceEntryList);
    vi.spyOn(performance, 'getEntriesByName').mockImplementation(
      (wanted) => timeline.paint.filter((entry) => 'name' in entry && entry.name === wanted) as PerformanceEntryList,
    );
  });
  afterEach(async () => {
    await Promise.all(managers.splice(0).map((obs) => obs.shutdown()));
    Reflect.deleteProperty(document, 'prerendering');
  });

  function observe({ source = documentLoads(), tracing }: { readonly source?: Source; readonly tracing?: TracingOptions } = {}) {
    const clock = createTestClock();
    const obs = createObservability({ sources: [source], sinks: [], clock, tracing });
    managers.push(obs);
    const recorded = recordingOf(obs);
    return { obs, clock, ...recorded, names: () => recorded.ofKind('span').map(({ name }) => name) };
  }

  /** Lets the timers of the page that are due pass. */
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(() => setTimeout(resolve)));

  describe('the load of a document', () => {
    it('is told when the SDK starts after it, in times of the epoch', async () => {
      timeline.resource = [resource()];
      const { names, span } = observe();
      expect(names()).toEqual([]);
      await turn();
      expect(names()).toEqual(['documentFetch', 'resourceFetch', 'documentLoad']);
      const { timeOrigin } = performance;
      expect(span('documentLoad')).toMatchObject({ timestamp: timeOrigin, duration: 100 });
      expect(span('documentFetch')).toMatchObject({ timestamp: timeOrigin, duration: 15 });
      expect(span('resourceFetch')).toMatchObject({ timestamp: timeOrigin + 20 });
      expect(span('resourceFetch').duration).toBeCloseTo(10, 2);
      expect(span('documentLoad').events.map(({ name, timestamp }) => [name, timestamp])).toEqual([
        ['loadEventEnd', timeOrigin + 100],
        ['firstPaint', timeOrigin + 40],
        ['firstContentfulPaint', timeOrigin + 50],
      ]);
    });

    it('has at most 200 resources, and counts the others', async () => {
      timeline.resource = Array.from({ length: 250 }, (_, index) => resource({ name: `${location.origin}/${index}.svg` }));
      const { names, span } = observe();
      await turn();
      expect(names().filter((name) => name === 'resourceFetch')).toHaveLength(200);
      expect(span('documentLoad').attributes).toMatchObject({ 'arkhe.resources_dropped': 50 });
    });

    it.each([
      ['what a script fetched', { initiatorType: 'fetch' }],
      ['what a script requested', { initiatorType: 'xmlhttprequest' }],
      ['what a script sent away', { initiatorType: 'beacon' }],
      ['what came later', { responseEnd: 101 }],
      ['what is no request', { name: 'data:image/gif;base64,AAAA' }],
    ])('leaves out %s', async (_, more) => {
      timeline.resource = [resource(more), resource()];
      const { names } = observe();
      await turn();
      expect(names()).toEqual(['documentFetch', 'resourceFetch', 'documentLoad']);
    });

    it.each([
      ['that was stopped', () => (timeline.navigation = [navigation({ loadEventEnd: 0 })])],
      ['that came from no server', () => (timeline.navigation = [navigation({ name: 'file:///shop.html' })])],
      ['of which nothing is known', () => (timeline.navigation = [])],
    ])('%s is not told', async (_, change) => {
      change();
      const { names, health } = observe();
      await turn();
      expect(names()).toEqual([]);
      expect(health).toEqual([]);
    });

    it('is not told while tracing is switched off', async () => {
      const { names } = observe({ tracing: { enabled: false } });
      await turn();
      expect(names()).toEqual([]);
    });

    it('is told by each manager once, also by one source of both', async () => {
      const source = documentLoads();
      const both = [observe({ source }), observe({ source })];
      await turn();
      expect(both.map(({ names }) => names())).toEqual([['documentFetch', 'documentLoad'], ['documentFetch', 'documentLoad']]);
    });
  });

  describe('a page that was loaded in advance', () => {
    it('is told once someone comes to see it', async () => {
      Object.defineProperty(document, 'prerendering', { value: true, configurable: true });
      const { names, span } = observe();
      await turn();
      expect(names()).toEqual([]);
      Object.defineProperty(document, 'prerendering', { value: false, configurable: true });
      timeline.navigation = [navigation({ activationStart: 5_000 })];
      document.dispatchEvent(new Event('prerenderingchange'));
      await turn();
      expect(names()).toEqual(['documentFetch', 'documentLoad']);
      const activation = span('documentLoad').events.find(({ name }) => name === 'activationStart');
      expect(activation?.timestamp).toBe(performance.timeOrigin + 5_000);
    });
  });

  describe('a page that has not painted yet', () => {
    beforeEach(() => {
      timeline.paint = [];
    });

    it('is waited for, for three seconds', async () => {
      const { names, clock } = observe();
      await turn();
      clock.advance(2_999);
      expect(names()).toEqual([]);
      clock.advance(1);
      expect(names()).toEqual(['documentFetch', 'documentLoad']);
    });

    it('is told when it is hidden or left, before what is queued is sent', async () => {
      const written: string[] = [];
      const sink = { name: 'mine', write: (batch: readonly { readonly name: string }[]) => void written.push(...batch.map(({ name }) => name)) };
      managers.push(createObservability({ sources: [documentLoads()], sinks: [sink], clock: createTestClock() }));
      await turn();
      vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
      expect(written).toEqual(['documentFetch', 'documentLoad']);
    });

    it('is not waited for while it is hidden: it will not paint', async () => {
      vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
      const { names } = observe();
      await turn();
      expect(names()).toEqual(['documentFetch', 'documentLoad']);
    });

    it('is not listened to any more when its manager is shut down', async () => {
      const added: string[] = [];
      const removed: string[] = [];
      const { obs, names, clock } = observe();
      for (const target of [document, window] as EventTarget[]) {
        const { addEventListener, removeEventListener } = target;
        vi.spyOn(target, 'addEventListener').mockImplementation((...args) => {
          added.push(args[0]);
          Reflect.apply(addEventListener, target, args);
        });
        vi.spyOn(target, 'removeEventListener').mockImplementation((...args) => {
          removed.push(args[0]);
          Reflect.apply(removeEventListener, target, args);
        });
      }
      await turn();
      expect(added).toEqual(['visibilitychange']);
      await obs.shutdown();
      expect(removed).toEqual(expect.arrayContaining(added));
      clock.advance(3_000);
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
      expect(names()).toEqual([]);
    });
  });
});
