import { describe, expect, it } from '#test';
import { flightRecorder } from '#sdk';
import type { Ledger, Signal } from '#sdk';
import { recorded } from '../helpers/recorded.ts';

const namesOf = (signals: readonly Signal[] | undefined): readonly string[] | undefined => signals?.map(({ name }) => name);

function expectBalance({ emitted, added, routed, held, filtered }: Ledger): void {
  expect(routed + held + Object.values(filtered).reduce((sum, count) => sum + count, 0)).toBe(emitted + added);
}

describe('the option flightRecorder', () => {
  it('attaches what came before to an error', async () => {
    const { obs, sink } = recorded({ flightRecorder: { seconds: 60 } });
    obs.recordMetric('rows', 1);
    obs.profiler.profile('call', () => undefined);
    obs.errorTracker.captureException(new Error('broken'));
    await obs.flush();
    expect(sink.ofKind('error').map(({ recording }) => namesOf(recording))).toEqual([['rows', 'call']]);
    expectBalance(obs.ledger());
  });

  it('sends the traces that were not sampled when something fails, and nothing before', async () => {
    const { obs, sink } = recorded({ sampling: { rate: 0 }, flightRecorder: { then: 'send' } });
    obs.tracer.startSpan('well', () => undefined);
    await obs.flush();
    expect(sink.signals).toEqual([]);
    expectBalance(obs.ledger());
    obs.tracer.startSpan('ill', () => void obs.errorTracker.captureException(new Error('broken')));
    await obs.flush();
    expect(namesOf(sink.signals)).toEqual(['well', 'Error', 'ill']);
    expect(sink.signals.every(({ trace }) => trace?.sampled)).toBe(true);
    expectBalance(obs.ledger());
    expect(obs.ledger().filtered.sampled).toBe(0);
  });

  it('is off unless it is asked for', async () => {
    const { obs, sink } = recorded();
    obs.recordMetric('rows', 1);
    obs.errorTracker.captureException(new Error('broken'));
    await obs.flush();
    expect(sink.ofKind('error').map(({ recording }) => recording)).toEqual([undefined]);
  });
});

describe('the operator flightRecorder', () => {
  it('gives out the signals before an error', () => {
    const { obs } = recorded();
    const recordings: (readonly string[] | undefined)[] = [];
    obs.signals$.pipe(flightRecorder({ seconds: 60, bytes: 100_000 })).subscribe((signals) => recordings.push(namesOf(signals)));
    obs.recordMetric('rows', 1);
    obs.errorTracker.captureException(new Error('broken'));
    expect(recordings).toEqual([['rows', 'Error']]);
  });
});
