import { afterEach, beforeEach, describe, expect, it, vi } from '#test';
import { createObservability, navigations } from '../../../src/browser/index.ts';
import type { Breadcrumb, ObservabilityManager } from '../../../src/browser/index.ts';
import { createTestClock } from '#testing';
import { recordingOf } from '../../helpers/recorded.ts';

let managers: ObservabilityManager[] = [];
const home = location.href;
const methods = (): unknown => ['pushState', 'replaceState'].map((name) => Object.getOwnPropertyDescriptor(history, name));

// In a suite of its own: what stands outside of one holds for the tests of every file.
describe.each([
  ['told by the Navigation API', true],
  ['told by the history', false],
] as const)('navigations, %s', (_, hasApi) => {
  beforeEach(() => {
    if (!hasApi) vi.stubGlobal('navigation', undefined);
    history.replaceState(null, '', '/start');
  });
  afterEach(async () => {
    await Promise.all(managers.splice(0).map((obs) => obs.shutdown()));
    vi.unstubAllGlobals();
    history.replaceState(null, '', home);
  });

  function observe() {
    const clock = createTestClock();
    const obs = createObservability({ sources: [navigations()], sinks: [], clock });
    managers.push(obs);
    const recorded = recordingOf(obs);
    const breadcrumbs = (): readonly Breadcrumb[] => {
      obs.errorTracker.captureException(new Error('asked'), { fingerprint: [String(recorded.signals.length)] });
      return recorded.ofKind('error').at(-1)?.breadcrumbs.filter(({ category }) => category === 'navigation') ?? [];
    };
    return { obs, clock, ...recorded, breadcrumbs, told: () => breadcrumbs().map(({ message }) => message) };
  }

  /** What the address does in answer to this. */
  function after(type: 'popstate' | 'hashchange', work: () => void): Promise<unknown> {
    return new Promise((resolve) => {
      window.addEventListener(type, resolve, { once: true });
      work();
    });
  }

  it('tell from where to where', () => {
    const { breadcrumbs, clock } = observe();
    clock.advance(40);
    history.pushState(null, '', '/orders?page=2#last');
    expect(breadcrumbs()).toEqual([
      {
        category: 'navigation',
        message: '/start → /orders?page=2#last',
        level: 'info',
        timestamp: clock.now(),
        attributes: { from: '/start', to: '/orders?page=2#last' },
      },
    ]);
  });

  it('tell pushes, replacements, fragments and ways back', async () => {
    const { told } = observe();
    history.pushState(null, '', '/cart');
    history.replaceState({ step: 1 }, '', '/cart/pay');
    await after('hashchange', () => (location.hash = 'card'));
    await after('hashchange', () => history.back());
    await after('popstate', () => history.back());
    expect(told()).toEqual([
      '/start → /cart',
      '/cart → /cart/pay',
      '/cart/pay → /cart/pay#card',
      '/cart/pay#card → /cart/pay',
      '/cart/pay → /start',
    ]);
  });

  it('are silent while the address stays', () => {
    const { told } = observe();
    history.replaceState({ scroll: 7 }, '');
    history.pushState(null, '', '/start');
    expect(told()).toEqual([]);
  });

  it('are silent where the page may not go', () => {
    const { told } = observe();
    expect(() => history.pushState(null, '', 'https://elsewhere.test/')).toThrow('cannot be created');
    expect(told()).toEqual([]);
  });

  it('keep long addresses short, and secrets of addresses to themselves', () => {
    const { breadcrumbs } = observe();
    history.pushState(null, '', `/search?access_token=verysecretvalue&q=${'x'.repeat(5_000)}`);
    expect(String(breadcrumbs()[0]?.attributes.to)).toMatch(/^.{200,300}$/);
    expect(JSON.stringify(breadcrumbs())).not.toContain('verysecretvalue');
  });

  it('leave the history as it was', async () => {
    const before = methods();
    const { obs, told } = observe();
    expect(hasApi ? methods() : before).toEqual(before);
    expect(history.pushState.name).toBe('pushState');
    await obs.shutdown();
    expect(methods()).toEqual(before);
    history.pushState(null, '', '/after');
    expect(told()).toEqual([]);
  });

  it('are heard by each of two managers, of which one may end', async () => {
    const [one, other] = [observe(), observe()];
    await one.obs.shutdown();
    history.pushState(null, '', '/both');
    expect(other.told()).toEqual(['/start → /both']);
  });
});
