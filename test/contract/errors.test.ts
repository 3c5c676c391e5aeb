import { describe, expect, it } from '#test';
import type { Severity } from '#sdk';
import { recorded } from '../helpers/recorded.ts';

describe('captureException', () => {
  it('captures an error with its causes', () => {
    const { obs, only } = recorded();
    const eventId = obs.errorTracker.captureException(new Error('outer', { cause: new TypeError('inner') }), {
      level: 'critical',
      attributes: { area: 'billing' },
      fingerprint: ['billing', 'outer'],
      handled: false,
    });
    expect(only('error')).toMatchObject({
      eventId,
      error: { type: 'Error', message: 'outer', cause: { type: 'TypeError', message: 'inner' } },
      level: 'fatal',
      handled: false,
      attributes: { area: 'billing', 'arkhe.fingerprint': ['billing', 'outer'] },
    });
    expect(only('error').error.stack).toContain('outer');
  });

  it('captures what is no error', () => {
    const { obs, ofKind } = recorded();
    for (const thrown of ['text', 7, null, undefined, { code: 'E' }]) obs.errorTracker.captureException(thrown);
    expect(ofKind('error').map(({ error }) => [error.type, error.message])).toEqual([
      ['string', 'text'],
      ['number', '7'],
      ['null', 'null'],
      ['undefined', 'undefined'],
      ['object', '{"code":"E"}'],
    ]);
  });

  it('leaves out what is not wanted, and returns an id all the same', () => {
    const { obs, ofKind } = recorded({ errorTracking: { ignore: ['ResizeObserver', /^AbortError/g] } });
    const abort = Object.assign(new Error('stopped'), { name: 'AbortError' });
    const ids = [new Error('ResizeObserver loop'), abort, abort, new Error('wanted')].map((error) =>
      obs.errorTracker.captureException(error),
    );
    for (const id of ids) expect(id).toMatch(/^[\da-f]{32}$/);
    expect(ofKind('error').map(({ eventId }) => eventId)).toEqual([ids[3]]);
    expect(obs.ledger()).toMatchObject({ emitted: 4, filtered: { disabled: 3 } });
  });

  it('is linked to the error on the span, and not doubled', () => {
    const { obs, only, span } = recorded();
    expect(() =>
      obs.tracer.startSpan('work', () => {
        try {
          throw new Error('once');
        } catch (error) {
          obs.errorTracker.captureException(error);
          throw error;
        }
      }),
    ).toThrow('once');
    expect(only('error').trace).toEqual(span('work').trace);
    expect(span('work').events.length).toBe(1);
  });
});

describe('captureMessage', () => {
  it('gives a log signal with its severity', () => {
    const { obs, ofKind } = recorded();
    const levels: (Severity | undefined)[] = [undefined, 'trace', 'WARNING', 'critical', 'ERROR', 'loud' as Severity];
    for (const level of levels) obs.errorTracker.captureMessage('text', { level });
    expect(ofKind('log').map(({ level, severityNumber }) => [level, severityNumber])).toEqual([
      ['info', 9],
      ['trace', 1],
      ['warn', 13],
      ['fatal', 21],
      ['error', 17],
      ['info', 9],
    ]);
  });
});

describe('addBreadcrumb', () => {
  it('comes with the errors that follow, of the same trace or of none', () => {
    const { obs, clock, ofKind } = recorded({ errorTracking: { maxBreadcrumbs: 2 } });
    obs.errorTracker.addBreadcrumb('pushed out');
    obs.errorTracker.addBreadcrumb('before');
    obs.errorTracker.addBreadcrumb('anywhere', { category: 'ui', level: 'WARNING', attributes: { button: 'buy' } });
    obs.tracer.startSpan('a', () => obs.errorTracker.addBreadcrumb('in a'));
    obs.tracer.startSpan('b', () => obs.errorTracker.captureException(new Error('in b')));
    obs.errorTracker.captureException(new Error('nowhere'));
    const [inB] = ofKind('error');
    expect(inB?.breadcrumbs).toEqual([
      { category: 'manual', message: 'before', timestamp: clock.now(), level: 'info', attributes: {} },
      { category: 'ui', message: 'anywhere', timestamp: clock.now(), level: 'warn', attributes: { button: 'buy' } },
    ]);
    obs.tracer.startSpan('c', () => {
      obs.errorTracker.addBreadcrumb('in c');
      obs.errorTracker.captureException(new Error('in c'));
    });
    expect(ofKind('error')[2]?.breadcrumbs.map(({ message }) => message)).toEqual(['Error: nowhere', 'in c']);
  });
});

describe('the logger', () => {
  it('has a method for each severity', () => {
    const { obs, ofKind } = recorded();
    for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) obs.logger[level](`at ${level}`, { level });
    expect(ofKind('log').map(({ name, level, severityNumber, message, attributes }) => [name, level, severityNumber, message, attributes['level']])).toEqual([
      ['log', 'trace', 1, 'at trace', 'trace'],
      ['log', 'debug', 5, 'at debug', 'debug'],
      ['log', 'info', 9, 'at info', 'info'],
      ['log', 'warn', 13, 'at warn', 'warn'],
      ['log', 'error', 17, 'at error', 'error'],
      ['log', 'fatal', 21, 'at fatal', 'fatal'],
    ]);
  });
});
