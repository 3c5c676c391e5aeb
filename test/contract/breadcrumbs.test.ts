import { describe, expect, it } from '#test';
import type { ObservabilityManager, Signal } from '#sdk';
import { recorded } from '../helpers/recorded.ts';

const fail = (obs: ObservabilityManager, message = 'broken'): string => obs.errorTracker.captureException(new Error(message));

/** Whether one visitor has it for himself: then all that happened is one trail. */
const isPage = ({ sessionId }: Signal): boolean => sessionId !== undefined;

describe('an error', () => {
  it('comes with what led to it: logs, requests, spans, breadcrumbs, oldest first', () => {
    const { obs, clock, only } = recorded();
    const then = (): void => clock.advance(1);
    obs.tracer.startSpan('outer', () => {
      obs.logger.warn('running low');
      then();
      const request = obs.requestLogger.logRequest('GET', '/stock?item=7');
      then();
      obs.requestLogger.logResponse(request, { status: 503 });
      then();
      obs.tracer.startSpan('lookup', then);
      obs.errorTracker.addBreadcrumb('gave up', { category: 'shop', attributes: { item: 7 } });
      then();
      obs.requestLogger.logRequest('POST', '/orders');
      fail(obs);
    });
    expect(only('error').breadcrumbs.map(({ category, message, level }) => [category, message, level])).toEqual([
      ['log', 'running low', 'warn'],
      ['http', 'GET /stock 503', 'error'],
      ['span', 'lookup', 'info'],
      ['shop', 'gave up', 'info'],
      ['http', 'POST /orders began', 'info'],
    ]);
  });

  it('of one trace knows nothing of another, but what is of none; in a page all of the session', () => {
    const { obs, ofKind } = recorded({ errorTracking: { repeatWindow: 0 } });
    obs.logger.info('of none');
    obs.tracer.startSpan('a', () => obs.logger.info('in a'));
    obs.tracer.startSpan('b', () => {
      obs.logger.info('in b');
      fail(obs, 'in b');
    });
    fail(obs, 'of none');
    const [inB, ofNone] = ofKind('error').map((error) => error.breadcrumbs.map(({ message }) => message));
    const inPage = isPage(ofKind('error')[0]!);
    expect(inB).toEqual(inPage ? ['of none', 'in a', 'a', 'in b'] : ['of none', 'in b']);
    expect(ofNone).toEqual(inPage ? ['of none', 'in a', 'a', 'in b', 'Error: in b', 'b'] : ['of none']);
  });

  it('has earlier errors in its trail, and not itself', () => {
    const { obs, ofKind } = recorded();
    fail(obs, 'first');
    obs.errorTracker.captureException(new TypeError('second'));
    expect(ofKind('error').map(({ breadcrumbs }) => breadcrumbs.map(({ category, message }) => [category, message]))).toEqual([[], [['error', 'Error: first']]]);
  });

  it('has what no sink gets: its trace is not sampled, or nobody wants it', () => {
    const { obs, only } = recorded({ sampling: { rate: 0 } });
    obs.tracer.startSpan('unsampled', () => {
      obs.logger.debug('in it');
      fail(obs);
    });
    expect(only('error').breadcrumbs.map(({ message }) => message)).toEqual(['in it']);
  });

  it('has no secret in its trail', () => {
    const { obs, only } = recorded();
    obs.logger.info('login with password=hunter2-log');
    obs.errorTracker.addBreadcrumb('token: hunter2-crumb', { attributes: { password: 'hunter2-attribute' } });
    obs.traceRequest('GET', '/login?password=hunter2-query', {}, () => undefined);
    fail(obs);
    expect(JSON.stringify(only('error'))).not.toContain('hunter2');
    expect(only('error').breadcrumbs.length).toBeGreaterThan(1);
  });

  it('has at most as many as wanted, the latest; none when none are', () => {
    const few = recorded({ errorTracking: { maxBreadcrumbs: 2 } });
    for (const message of ['a', 'b', 'c']) few.obs.logger.info(message);
    fail(few.obs);
    expect(few.only('error').breadcrumbs.map(({ message }) => message)).toEqual(['b', 'c']);
    const none = recorded({ errorTracking: { maxBreadcrumbs: 0 } });
    none.obs.logger.info('a');
    none.obs.errorTracker.addBreadcrumb('b');
    fail(none.obs);
    expect(none.only('error').breadcrumbs).toEqual([]);
  });

  it('that answers a signal has that in its trail', () => {
    const { obs, only } = recorded();
    obs.logs$.subscribe(({ message }) => message === 'alarm' && fail(obs));
    obs.logger.info('alarm');
    expect(only('error').breadcrumbs.map(({ message }) => message)).toEqual(['alarm']);
  });
});
