import { NEVER, Observable, of, ReplaySubject, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '#testing';
import type { Health } from '../../../src/core/diagnostics.ts';
import { createLiveHub } from '../../../src/core/live/live-hub.ts';
import type { LiveHub, LiveListener } from '../../../src/core/live/live-hub.ts';
import { createStatisticsView } from '../../../src/core/live/manager-statistics.ts';
import type { StatisticsView } from '../../../src/core/live/statistics-view.ts';
import { liveParts } from '../../../src/core/live/live-wishes.ts';
import type { LiveWishes } from '../../../src/core/live/live-wishes.ts';
import type { Ledger } from '../../../src/core/ledger.ts';
import { ofKind } from '../../../src/core/operators/of-kind.ts';
import { signalKinds } from '../../../src/core/signal.ts';
import type { Signal } from '../../../src/core/signal.ts';
import { errorSignal, profileSignal, spanSignal } from '../../helpers/signals.ts';

interface Tested {
  readonly hub: LiveHub;
  readonly clock: ReturnType<typeof createTestClock>;
  readonly signals: Subject<Signal>;
  /** How many listen to the signals now. */
  listening(): number;
  /** How many timers there are. */
  timers(): number;
}

interface TestedSetup {
  readonly health$?: Observable<Health>;
  readonly ledger?: () => object;
  readonly view?: StatisticsView;
  readonly failed?: (error: unknown) => void;
}

function tested({ health$ = NEVER, ledger = () => ({}), view, failed }: TestedSetup = {}): Tested {
  const real = createTestClock();
  let [listening, timers] = [0, 0];
  const signals = new Subject<Signal>();
  const counted = <T>(source: Observable<T>, count: (by: number) => void): Observable<T> =>
    new Observable((subscriber) => {
      count(1);
      subscriber.add(() => count(-1));
      subscriber.add(source.subscribe(subscriber));
    });
  const clock = { ...real, every: (milliseconds: number) => counted(real.every(milliseconds), (by) => (timers += by)) };
  const signals$ = counted(signals, (by) => (listening += by));
  const obs = { signals$, spans$: signals$.pipe(ofKind('span')), errors$: signals$.pipe(ofKind('error')), metrics$: signals$.pipe(ofKind('metric')), health$, ledger: ledger as () => Ledger };
  const hub = createLiveHub({
    obs,
    clock,
    view: view ?? createStatisticsView(obs, clock),
    offer: { kinds: signalKinds, window: 60_000, every: 1_000 },
    run: 'run',
    speaker: () => ({ service: 'shop', environment: 'test' }),
    redactText: (text) => text,
    failed:
      failed ??
      ((error) => {
        throw error;
      }),
    ignored: () => undefined,
  });
  return { hub, clock, signals, listening: () => listening, timers: () => timers };
}

const everything: LiveWishes = { parts: liveParts, kinds: signalKinds, window: 60_000, every: 1_000 };

function listener(): LiveListener & { readonly texts: string[]; types(): string[] } {
  const texts: string[] = [];
  const decoder = new TextDecoder();
  return { texts, take: ({ bytes }) => void texts.push(decoder.decode(bytes)), types: () => texts.map((text) => /event: (\w+)/.exec(text)?.[1] ?? '') };
}

describe('a hub of live frames', () => {
  it('listens to nothing, and has no timer, while nobody is there', () => {
    const { hub, clock, listening, timers } = tested();
    expect([listening(), timers()]).toEqual([0, 0]);
    const leave = [hub.join(everything, undefined, listener()), hub.join({ ...everything, every: 500 }, undefined, listener())];
    expect(listening()).toBeGreaterThan(0);
    for (const each of leave) each();
    expect(listening()).toBe(0);
    // What was sent and gathered is kept for half a minute.
    expect(timers()).toBeGreaterThan(0);
    clock.advance(30_000);
    expect(timers()).toBe(0);
  });

  it('listens no more often for a hundred who ask for the same than for one', () => {
    const { hub, listening, timers } = tested();
    hub.join(everything, undefined, listener());
    const before = [listening(), timers()];
    const leave = Array.from({ length: 99 }, () => hub.join(everything, undefined, listener()));
    expect([listening(), timers()]).toEqual(before);
    for (const each of leave) for (let twice = 0; twice < 2; twice += 1) each();
    expect([listening(), timers()]).toEqual(before);
  });

  it('listens only for what is asked for', () => {
    const { hub, listening } = tested();
    hub.join({ ...everything, kinds: [], parts: ['health', 'ledger'] }, undefined, listener());
    expect(listening()).toBe(0);
  });

  it('computes at most eight different spans of time at once; who leaves gives its own back', () => {
    const { hub } = tested();
    const windowFor = (window: number): { readonly took: string | undefined; readonly leave: () => void } => {
      const client = listener();
      const leave = hub.join({ ...everything, window }, undefined, client);
      return { took: /"window":(\d+)/.exec(client.texts[0] ?? '')?.[1], leave };
    };
    const first = Array.from({ length: 8 }, (_, index) => windowFor(1_000 + index));
    expect(windowFor(2_000).took).toBe('60000');
    expect(windowFor(1_000).took).toBe('1000');
    first[7]?.leave();
    expect(windowFor(2_000).took).toBe('2000');
  });

  it('gives the very same bytes to all', () => {
    const { hub, clock, signals } = tested();
    const frames: Uint8Array[][] = [[], []];
    for (const list of frames) hub.join(everything, undefined, { take: ({ bytes }) => void list.push(bytes) });
    for (const list of frames) list.splice(0);
    signals.next(profileSignal());
    clock.advance(1_000);
    expect(frames[0]?.length).toBeGreaterThan(0);
    for (const [index, bytes] of (frames[0] ?? []).entries()) expect(frames[1]?.[index]).toBe(bytes);
  });

  it('remembers errors for a while when everybody has left, for who comes back', () => {
    const { hub, clock, signals } = tested();
    const wishes: LiveWishes = { ...everything, parts: ['errors'], kinds: [] };
    const leave = hub.join(wishes, undefined, listener());
    signals.next(errorSignal({ name: 'Lost' }));
    leave();
    clock.advance(10_000);
    const back = listener();
    const leaveAgain = hub.join(wishes, undefined, back);
    expect(back.texts[1]).toContain('Lost');
    leaveAgain();
    clock.advance(30_000);
    const late = listener();
    hub.join(wishes, undefined, late);
    expect(late.texts[1]).toContain('"errors":[]');
  });

  it('forgets slow traces, too, half a minute after nobody asks for them, whoever asks for other things', () => {
    const { hub, clock, signals } = tested();
    hub.join({ ...everything, parts: ['ledger'], kinds: [] }, undefined, listener());
    const wishes: LiveWishes = { ...everything, parts: ['traces'], kinds: [], window: 600_000 };
    const leave = hub.join(wishes, undefined, listener());
    signals.next(spanSignal({ name: 'slow' }));
    leave();
    const soon = listener();
    hub.join(wishes, undefined, soon)();
    expect(soon.texts[1]).toContain('"name":"slow"');
    clock.advance(30_000);
    const late = listener();
    hub.join(wishes, undefined, late);
    expect(late.texts[1]).toContain('"traces":[]');
  });

  it('keeps slow traces of few windows, however many were asked for one after the other', () => {
    const { hub, signals } = tested();
    hub.join({ ...everything, parts: ['ledger'], kinds: [] }, undefined, listener());
    const wishes: LiveWishes = { ...everything, parts: ['traces'], kinds: [] };
    const leave = hub.join({ ...wishes, window: 1_000 }, undefined, listener());
    signals.next(spanSignal({ name: 'slow' }));
    leave();
    for (let window = 2_000; window < 20_000; window += 1_000) hub.join({ ...wishes, window }, undefined, listener())();
    const late = listener();
    hub.join({ ...wishes, window: 1_000 }, undefined, late);
    expect(late.texts[1]).toContain('"traces":[]');
  });

  it('tells those who are there of a change that somebody who came later has seen at once', () => {
    let emitted = 0;
    const { hub, clock } = tested({ ledger: () => ({ emitted }) });
    const wishes: LiveWishes = { ...everything, parts: ['ledger'], kinds: [] };
    const first = listener();
    hub.join(wishes, undefined, first);
    emitted = 1;
    const second = listener();
    hub.join(wishes, undefined, second);
    expect(second.texts[1]).toContain('"emitted":1');
    clock.advance(1_000);
    expect(first.texts.at(-1)).toContain('"emitted":1');
  });

  it('tells each trouble once, whenever somebody came', () => {
    const health$ = new ReplaySubject<Health>(32);
    const { hub, clock } = tested({ health$ });
    const trouble = (name: string): void => health$.next({ timestamp: clock.now(), type: 'input-ignored', name, message: 'no', count: 1 });
    const wishes: LiveWishes = { ...everything, parts: ['health'], kinds: [] };
    const namesIn = ({ texts }: { readonly texts: readonly string[] }): readonly unknown[] => texts.flatMap((text) => [...text.matchAll(/"name":"(\w+)"/g)].map(([, name]) => name));
    trouble('before');
    const [early, late] = [listener(), listener()];
    hub.join(wishes, undefined, early);
    trouble('between');
    hub.join(wishes, undefined, late);
    clock.advance(1_000);
    trouble('after');
    clock.advance(1_000);
    expect(namesIn(early)).toEqual(['before', 'between', 'after']);
    expect(namesIn(late)).toEqual(['before', 'between', 'after']);
  });

  it('goes on when a view of the application gives what is no map', () => {
    const failures: unknown[] = [];
    const { hub, clock } = tested({ view: { watchStatistics: () => of(undefined) as Observable<never> }, failed: (error) => failures.push(error) });
    const client = listener();
    hub.join(everything, undefined, client);
    clock.advance(1_000);
    expect(failures).toHaveLength(1);
    expect(client.types()).toContain('ledger');
  });

  it('goes on with who is left when one leaves in the middle of a frame', () => {
    const { hub, clock } = tested();
    const other = listener();
    const leaving = { leave: (): void => undefined };
    leaving.leave = hub.join(everything, undefined, { take: ({ type }) => void (type === 'statistics' && leaving.leave()) });
    hub.join(everything, undefined, other);
    clock.advance(2_000);
    expect(other.types().filter((type) => type === 'statistics')).toHaveLength(2);
  });
});
