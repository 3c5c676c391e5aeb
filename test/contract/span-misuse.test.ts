// What OpenTelemetry says of a span that is misused: nothing throws, and it is told once.
import { afterEach, describe, expect, it } from '#test';
import type { ObservabilityManager } from '#sdk';
import { recorded } from '../helpers/recorded.ts';

let managers: ObservabilityManager[] = [];
afterEach(async () => {
  await Promise.all(managers.map((obs) => obs.shutdown()));
  managers = [];
});

function setUp() {
  const test = recorded();
  managers.push(test.obs);
  const told = () => test.health.map((trouble) => [trouble.type === 'input-ignored' && `${trouble.name}: ${trouble.message}`, Reflect.get(trouble, 'count')]);
  return { ...test, told };
}

describe('a span that is misused', () => {
  it('ends once: the second end is said, and counted', async () => {
    const { obs, ofKind, told, clock } = setUp();
    const span = obs.tracer.startSpan('job');
    span.end();
    for (let times = 0; times < 3; times += 1) span.end();
    expect(ofKind('span')).toHaveLength(1);
    expect(told()).toEqual([['span: a span ended twice: its first end holds', 1]]);
    clock.advance(60_000);
    span.end();
    expect(told().at(-1)).toEqual(['span: a span ended twice: its first end holds', 3]);
  });

  it('says the rest of its counts at the end', async () => {
    const { obs, told } = setUp();
    const span = obs.tracer.startSpan('job');
    for (let times = 0; times < 5; times += 1) span.end();
    await obs.shutdown();
    expect(told()).toEqual([['span: a span ended twice: its first end holds', 1], ['span: a span ended twice: its first end holds', 3]]);
  });

  it('may be ended before its callback returns, or before `using` does', () => {
    const { obs, ofKind, told } = setUp();
    obs.tracer.startSpan('callback', (span) => span.end());
    {
      using span = obs.tracer.startSpan('using');
      span.end();
    }
    obs.traceRequest('GET', '/', () => undefined);
    expect(ofKind('span')).toHaveLength(3);
    expect(told()).toEqual([]);
  });

  it('leaves out what is no attribute', () => {
    const { obs, span, told } = setUp();
    const attributes = { call: () => 1, mark: Symbol('x'), '': 'nameless', kept: 1 } as never;
    obs.tracer.startSpan('job', { attributes }, (job) => {
      job.setAttribute('late', (() => 2) as never).setAttribute('', 'x').addEvent('step', attributes);
    });
    expect(Object.keys(span('job').attributes)).not.toEqual(expect.arrayContaining(['call']));
    expect(span('job').attributes).toMatchObject({ kept: 1 });
    expect(Object.keys(span('job').attributes).filter((key) => ['call', 'mark', '', 'late'].includes(key))).toEqual([]);
    expect(span('job').events[0]?.attributes).toEqual({ kept: 1 });
    expect(told().map(([what]) => what)).toEqual(['span: an attribute that is a function', 'span: an attribute that is a symbol', 'span: an attribute without a name']);
  });

  it('may have an empty name', () => {
    const { obs, only, told } = setUp();
    obs.tracer.startSpan('').end();
    expect(only('span').name).toBe('');
    expect(told()).toEqual([['span: an empty name', 1]]);
  });
});
