import { afterEach, describe, expect, it, vi } from '#test';
import { ConfigurationError, createObservability, getObservabilityManager, pageReports } from '../../../src/browser/index.ts';
import type { ObservabilityManager } from '../../../src/browser/index.ts';
import type { PageReportsOptions } from '../../../src/browser/sources/page-reports.ts';
import { createTestClock } from '#testing';
import { recordingOf } from '../../helpers/recorded.ts';

let managers: ObservabilityManager[] = [];

/** What stands in for the browser's: a real page reports each deprecation once, and its policies cannot be changed. */
class Reporting {
  static all: Reporting[] = [];
  observing = false;
  readonly tell: (reports: readonly object[]) => void;
  readonly how: ReportingObserverOptions;
  constructor(tell: (reports: readonly object[]) => void, how: ReportingObserverOptions) {
    this.tell = tell;
    this.how = how;
    Reporting.all.push(this);
  }
  observe(): void {
    this.observing = true;
  }
  disconnect(): void {
    this.observing = false;
  }
  static report(type: string, body: object): void {
    for (const { observing, how, tell } of Reporting.all) {
      if (observing && how.types?.includes(type)) tell([{ type, url: location.href, body }]);
    }
  }
}

const elsewhere = 'https://elsewhere.test/x.png';
const place = { sourceFile: 'https://shop.test/app.js', lineNumber: 3, columnNumber: 9 };
const stack = expect.stringMatching(/\n {4}at https:\/\/shop\.test\/app\.js:3:9$/);

// In a suite of its own: what stands outside of one holds for the tests of every file.
describe('pageReports', () => {
  afterEach(async () => {
    await Promise.all(managers.splice(0).map((obs) => obs.shutdown()));
    vi.unstubAllGlobals();
    Reporting.all = [];
  });

  /** `reporting`: whether the browser has reports, or events alone. */
  function observe({ options, reporting = true }: { readonly options?: PageReportsOptions; readonly reporting?: boolean } = {}) {
    vi.stubGlobal('ReportingObserver', reporting ? Reporting : undefined);
    vi.stubGlobal('CSPViolationReportBody', reporting ? class {} : undefined);
    const clock = createTestClock();
    const obs = createObservability({ sources: [pageReports(options)], sinks: [], clock });
    managers.push(obs);
    return { obs, clock, ...recordingOf(obs) };
  }

  /** As a browser dispatches it. */
  function violate(more: Partial<SecurityPolicyViolationEventInit> = {}): void {
    const violation: SecurityPolicyViolationEventInit = {
      documentURI: location.href,
      blockedURI: `${elsewhere}?token=verysecretvalue`,
      effectiveDirective: 'img-src',
      violatedDirective: 'img-src',
      originalPolicy: "img-src 'self'",
      disposition: 'enforce',
      statusCode: 200,
      bubbles: true,
      composed: true,
      ...place,
      ...more,
    };
    document.dispatchEvent(new SecurityPolicyViolationEvent('securitypolicyviolation', violation));
  }

  it('tell what the policy of the page blocked', () => {
    const { only } = observe();
    const blockedURL = `${elsewhere}?token=verysecretvalue`;
    Reporting.report('csp-violation', { blockedURL, effectiveDirective: 'img-src', disposition: 'enforce', sample: '', ...place });
    expect(only('error')).toMatchObject({
      name: 'SecurityPolicyViolation',
      level: 'warn',
      handled: true,
      mechanism: 'onreporting',
      error: { type: 'SecurityPolicyViolation', message: `img-src blocked ${elsewhere}`, stack },
      context: { directive: 'img-src', disposition: 'enforce', blocked: elsewhere },
    });
    expect(JSON.stringify(only('error'))).not.toContain('verysecretvalue');
  });

  it('tell a violation once where the browser dispatches an event as well', () => {
    const { ofKind } = observe();
    violate();
    expect(ofKind('error')).toEqual([]);
  });

  it('tell violations by their events where there are no reports', () => {
    const { only } = observe({ reporting: false });
    violate();
    expect(only('error').error).toMatchObject({ message: `img-src blocked ${elsewhere}`, stack });
  });

  it.each([
    ['inline', { blockedURI: 'inline', effectiveDirective: 'script-src-elem', sample: 'alert(1)' }, 'script-src-elem blocked inline'],
    ['nowhere', { blockedURI: '' }, 'img-src blocked inline'],
    ['only reported', { blockedURI: 'eval', disposition: 'report' }, 'img-src would have blocked eval'],
  ] as const)('tell what is %s', (_, more, message) => {
    const { only } = observe({ reporting: false });
    violate(more);
    expect(only('error').error.message).toBe(message);
  });

  it.each([
    ['deprecation', 'DeprecationReport'],
    ['intervention', 'InterventionReport'],
  ])('tell a %s', (type, name) => {
    const { only } = observe();
    Reporting.report(type, { id: 'SyncXHR', message: 'It is deprecated.', anticipatedRemoval: null, ...place });
    const error = { message: 'It is deprecated.', stack };
    expect(only('error')).toMatchObject({ name, level: 'warn', handled: true, error, context: { id: 'SyncXHR' } });
  });

  it('leave out what an extension caused', () => {
    const { ofKind } = observe();
    Reporting.report('deprecation', { id: 'SyncXHR', message: 'x', sourceFile: 'chrome-extension://abc/a.js' });
    Reporting.report('csp-violation', { blockedURL: 'inline', effectiveDirective: 'script-src', sourceFile: 'chrome-extension' });
    Reporting.report('csp-violation', { blockedURL: 'moz-extension', effectiveDirective: 'script-src' });
    expect(ofKind('error')).toEqual([]);
  });

  it('survive a report that cannot be read', () => {
    const { ofKind, health } = observe();
    Reporting.report('deprecation', { get message(): string { throw new Error('of the page'); } });
    Reporting.report('deprecation', { message: 'the next' });
    expect(ofKind('error').map(({ error }) => error.message)).toEqual(['the next']);
    expect(health).toMatchObject([{ type: 'input-ignored', name: 'page-reports' }]);
  });

  it('ask for what was kept once a manager, also where they are observed anew', () => {
    vi.stubGlobal('ReportingObserver', Reporting);
    const options = { sources: [pageReports()], sinks: [] };
    managers.push(getObservabilityManager(options), getObservabilityManager(options), createObservability(options));
    expect(Reporting.all.map(({ how, observing }) => [how.buffered, observing])).toEqual([
      [true, false],
      [false, true],
      [true, true],
    ]);
  });

  it.each([
    ['violations', ['deprecation', 'intervention']],
    ['deprecations', ['csp-violation', 'intervention']],
    ['interventions', ['csp-violation', 'deprecation']],
  ])('leave out %s where that is wanted', (which, types) => {
    observe({ options: { [which]: false } });
    expect(Reporting.all.map(({ how }) => how.types)).toEqual([types]);
  });

  it('leave out the events of violations as well', () => {
    const { ofKind } = observe({ options: { violations: false }, reporting: false });
    violate();
    expect(ofKind('error')).toEqual([]);
  });

  it.each([true, false])('are not told any more when their manager is shut down, with reports: %s', async (reporting) => {
    const { obs, ofKind } = observe({ reporting });
    await obs.shutdown();
    expect(Reporting.all.filter(({ observing }) => observing)).toEqual([]);
    violate();
    expect(ofKind('error')).toEqual([]);
  });

  it('refuse wrong options', () => {
    expect(() => pageReports({ violations: 'no' } as never)).toThrow(ConfigurationError);
  });
});
