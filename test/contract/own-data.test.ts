import { describe, expect, it } from '#test';
import type { Attributes, CaptureOptions, ObservabilityManager, RequestContext, RequestDetails, ResponseInput, Signal, SpanParent } from '#sdk';
import { recorded } from '../helpers/recorded.ts';
import type { Recorded } from '../helpers/recorded.ts';

interface Given {
  readonly attributes: Record<string, unknown>;
  /** Anything nested: params, data, context. */
  readonly nested: Record<string, unknown>;
  /** What the application does before the work ends. */
  readonly meanwhile: () => void;
}

/** Each way of the application's data onto the stream; the result is where they are to be found. */
const entries: Readonly<Record<string, (obs: ObservabilityManager, given: Given) => (all: Recorded) => readonly { readonly attributes: Attributes; readonly nested?: unknown }[]>> = {
  'the attributes of a span': (obs, { attributes, meanwhile }) => {
    obs.tracer.startSpan('work', { attributes: attributes as Attributes }, meanwhile);
    return (all) => all.ofKind('span');
  },
  'what is set on a span': (obs, { attributes, meanwhile }) => {
    obs.tracer.startSpan('work', (span) => (span.setAttributes(attributes as Attributes), meanwhile()));
    return (all) => all.ofKind('span');
  },
  'an event of a span': (obs, { attributes, meanwhile }) => {
    obs.tracer.startSpan('work', (span) => (span.addEvent('event', attributes as Attributes), meanwhile()));
    return (all) => all.only('span').events;
  },
  'a message': (obs, { attributes, meanwhile }) => {
    obs.logger.info('message', attributes as Attributes);
    meanwhile();
    return (all) => all.ofKind('log');
  },
  'a captured exception': (obs, { attributes, nested, meanwhile }) => {
    obs.errorTracker.captureException(new Error('broken'), { attributes: attributes as Attributes, context: nested });
    meanwhile();
    return (all) => all.ofKind('error').map((signal) => ({ ...signal, nested: signal.context }));
  },
  'a captured message': (obs, { attributes, nested, meanwhile }) => {
    obs.errorTracker.captureMessage('message', { attributes: attributes as Attributes, context: nested } as CaptureOptions);
    meanwhile();
    return (all) => all.ofKind('log').map((signal) => ({ ...signal, nested: signal.context }));
  },
  'a breadcrumb': (obs, { attributes, meanwhile }) => {
    obs.errorTracker.addBreadcrumb('step', { attributes: attributes as Attributes });
    meanwhile();
    obs.errorTracker.captureException(new Error('broken'));
    return (all) => all.only('error').breadcrumbs;
  },
  'a request': (obs, { attributes, nested, meanwhile }) => {
    obs.requestLogger.logRequest('POST', '/', { attributes: attributes as Attributes, params: nested } as RequestDetails);
    meanwhile();
    return (all) => all.ofKind('request').map((signal) => ({ ...signal, nested: signal.params }));
  },
  'a response': (obs, { attributes, nested, meanwhile }) => {
    obs.requestLogger.logResponse(obs.requestLogger.logRequest('POST', '/'), { attributes: attributes as Attributes, responseData: nested } as ResponseInput);
    meanwhile();
    return (all) => all.ofKind('response').map((signal) => ({ ...signal, nested: signal.data }));
  },
  'a traced request, its span and its response': (obs, { attributes, nested, meanwhile }) => {
    obs.traceRequest('POST', '/', { attributes: attributes as Attributes, params: nested } as RequestDetails, meanwhile);
    return (all) => [...all.ofKind('span'), ...all.ofKind('request').map((signal) => ({ ...signal, nested: signal.params }))];
  },
  'a profiled call': (obs, { attributes, meanwhile }) => {
    obs.profiler.profile('work', meanwhile, { attributes: attributes as Attributes });
    return (all) => all.ofKind('profile');
  },
  'a profiled function': (obs, { attributes, meanwhile }) => {
    const profiled = obs.profiler.profileFunction({ name: 'work', attributes: attributes as Attributes })(() => undefined);
    profiled();
    meanwhile();
    return (all) => all.ofKind('profile').slice(0, 1);
  },
  'a metric': (obs, { attributes, meanwhile }) => {
    obs.recordMetric('rows', 1, { attributes: attributes as Attributes });
    meanwhile();
    return (all) => all.ofKind('metric');
  },
};

const nothing = (): void => undefined;

/** The same exception twice is two signals. */
const eachTold = { errorTracking: { repeatWindow: 0 } };

for (const [entry, hand] of Object.entries(entries)) {
  describe(entry, () => {
    it('stays as it was when the application changes its objects', () => {
      const { obs, ...all } = recorded();
      const attributes: Record<string, unknown> = { colour: 'red', tags: ['one'] };
      const nested: Record<string, unknown> = { order: { id: 1 } };
      const meanwhile = (): void => {
        attributes['colour'] = 'green';
        attributes['late'] = true;
        (attributes['tags'] as string[]).push('two');
        (nested['order'] as { id: number }).id = 2;
      };
      const places = hand(obs, { attributes, nested, meanwhile })(all);
      expect(places.length).toBeGreaterThan(0);
      for (const place of places) {
        expect(place.attributes).toMatchObject({ colour: 'red', tags: ['one'] });
        expect('late' in place.attributes).toBe(false);
        if ('nested' in place) expect(place.nested).toEqual({ order: { id: 1 } });
      }
    });

    it('leaves the objects of the application alone, frozen ones and those used twice', () => {
      const { obs, ...all } = recorded({ ...eachTold, attributes: { region: 'eu' } });
      const attributes = Object.freeze({ colour: 'red' });
      const nested = Object.freeze({ order: 1 });
      for (let time = 0; time < 2; time++) hand(obs, { attributes, nested, meanwhile: nothing });
      expect(all.health).toEqual([]);
      expect({ attributes, nested }).toEqual({ attributes: { colour: 'red' }, nested: { order: 1 } });
      // Every signal has the resource's, which is its own when it has none.
      expect(all.signals.map((signal) => signal.attributes['region'])).toEqual(all.signals.map(() => 'eu'));
    });

    it('arrives when reading it throws', () => {
      const { obs, ...all } = recorded();
      const throwing = { fine: 1, get broken(): never { throw new Error('hostile'); } };
      const places = hand(obs, { attributes: throwing, nested: throwing, meanwhile: nothing })(all);
      expect(places.length).toBeGreaterThan(0);
      for (const place of places) expect(place.attributes).toMatchObject({ fine: 1, broken: '[unreadable]' });
    });

    it('is capped', () => {
      const { obs, ...all } = recorded();
      const many = { text: 'x'.repeat(10_000), list: Array.from({ length: 500 }, () => 1), ...Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`key${index}`, 'x'.repeat(4_000)])) };
      for (const { attributes } of hand(obs, { attributes: many, nested: many, meanwhile: nothing })(all)) {
        expect(Object.keys(attributes).length).toBeLessThanOrEqual(140);
        expect(attributes['arkhe.attributes_dropped']).toBeGreaterThan(70);
        // Of breadcrumbs there are many.
        const isStep = entry === 'a breadcrumb';
        expect(attributes['text']).toMatch(isStep ? /^x{228}…\[\d+ characters\]$/ : /^x{4096}…\[\d+ characters\]$/);
        expect((attributes['list'] as readonly number[]).length).toBe(128);
      }
      expect(all.signals.filter((signal) => JSON.stringify(signal).length > 200_000)).toEqual([]);
    });

    it('never tells secrets', () => {
      const { obs, ...all } = recorded(eachTold);
      const secrets = { password: 's3cr3t', url: 'https://bob:s3cr3t@shop.io/?token=s3cr3t', list: ['api_key=s3cr3t'], header: 'Bearer s3cr3ts3cr3t' };
      hand(obs, { attributes: secrets, nested: { deep: [secrets] }, meanwhile: nothing });
      // Each alone, too: nothing else leads the search to it.
      for (const [key, value] of Object.entries(secrets)) {
        hand(obs, { attributes: { [key]: value }, nested: {}, meanwhile: nothing });
        hand(obs, { attributes: {}, nested: { [key]: value }, meanwhile: nothing });
      }
      expect(all.signals.length).toBeGreaterThan(0);
      expect(JSON.stringify(all.signals)).not.toContain('s3cr3t');
    });
  });
}

describe('names and messages', () => {
  it('never tell secrets', () => {
    const { obs, signals } = recorded();
    const text = 'failed with password=s3cr3t';
    obs.tracer.startSpan(text, (span) => span.addEvent(text).setStatus({ code: 'error', message: text })).end();
    obs.logger.info(text);
    obs.errorTracker.addBreadcrumb(text, { category: text });
    obs.errorTracker.captureException(new Error(text, { cause: text }));
    obs.errorTracker.captureMessage(text);
    obs.profiler.profile(text, nothing);
    obs.recordMetric(text, 1, { unit: text });
    obs.traceResponse(obs.traceRequest('GET', '/?token=s3cr3t', { route: text, headers: { authorization: 's3cr3t', cookie: 's3cr3t' } }), { error: text });
    expect(signals.length).toBe(9);
    expect(JSON.stringify(signals)).not.toContain('s3cr3t');
  });
});

describe('the context of a request', () => {
  it('may be changed by the application: no signal has what makes it no signal', () => {
    const { obs, signals, only } = recorded({ tracing: { enabled: false } });
    const parent: SpanParent = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true };
    obs.traceRequest('GET', '/', { parent }, (context) => {
      Object.assign(context as { -readonly [K in keyof RequestContext]: unknown }, { trace: { traceId: 'no', spanId: 5 }, requestId: 7, method: {}, path: 'x'.repeat(9_000) });
      obs.logger.info('inside');
      obs.profiler.profile('inside', nothing);
    });
    const { requestId, trace } = only('request');
    expect(trace).toEqual(parent);
    for (const signal of [only('log'), only('profile'), only('response')]) expect([signal.trace, signal.requestId]).toEqual([parent, requestId]);
    expect(signals.filter((signal) => JSON.stringify(signal).length > 6_000)).toEqual([]);
  });

  it('may be broken before the answer', () => {
    const { obs, only } = recorded();
    const context = obs.traceRequest('GET', '/');
    const { trace } = context;
    Object.assign(context as { trace: unknown }, { trace: { traceId: 'no' } });
    obs.traceResponse(context);
    expect(only('response').trace).toEqual(trace);
  });
});

describe('links to other spans', () => {
  it('stay as they were when the application changes its objects', () => {
    const { obs, only } = recorded();
    const link = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true };
    const links = [link];
    obs.tracer.startSpan('work', { links }, () => {
      link.traceId = 'no';
      links.push(link);
    });
    expect(only('span').links).toMatchObject([{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }]);
  });
});

describe('an operator that changes nothing', () => {
  it('changes nothing: a signal that none has touched takes a shorter way to the same end', () => {
    const told = [true, false].map((touched) => {
      const { obs, signals } = recorded({ ...eachTold, random: () => 0.5, attributes: { region: 'eu', token: 'x' }, ...(touched && { pipeline: [(source) => source] }) });
      const attributes = { colour: 'red', 'http.url': 'https://bob:pw@shop.io/', max_tokens: 5, items: [1, 2], 'user.password': 'x' };
      for (const hand of Object.values(entries)) {
        hand(obs, { attributes, nested: { password: 'x', order: 1 }, meanwhile: nothing });
        hand(obs, { attributes: { colour: 'red' }, nested: {}, meanwhile: nothing });
      }
      return signals.map(withoutStack);
    });
    expect(told[0]?.length).toBeGreaterThan(30);
    expect(told[0]).toEqual(told[1]);
    expect(told[0]?.map((signal) => Object.keys(signal))).toEqual(told[1]?.map((signal) => Object.keys(signal)));
  });
});

/** Where the error was made differs. */
function withoutStack(signal: Signal): Signal {
  return signal.kind === 'error' ? { ...signal, error: { ...signal.error, stack: undefined } } : signal;
}
