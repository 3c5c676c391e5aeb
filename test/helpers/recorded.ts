import { createTestObservability } from '#testing';
import type { TestObservability } from '#testing';
import type { Health, ObservabilityManager, ObservabilityOptions, Signal, SignalKind, SignalOf } from '#sdk';

/** Everything a manager says, at once: no flush needed. */
export interface Recorded {
  readonly signals: readonly Signal[];
  readonly health: readonly Health[];
  ofKind<K extends SignalKind>(kind: K): readonly SignalOf<K>[];
  /** The only signal of its kind; throws when there are more or none. */
  only<K extends SignalKind>(kind: K): SignalOf<K>;
  /** The only span of that name. */
  span(name: string): SignalOf<'span'>;
}

export function recordingOf(obs: ObservabilityManager): Recorded {
  const signals: Signal[] = [];
  const health: Health[] = [];
  obs.signals$.subscribe((signal) => signals.push(signal));
  obs.health$.subscribe((trouble) => health.push(trouble));
  const ofKind = <K extends SignalKind>(kind: K): SignalOf<K>[] =>
    signals.filter((signal): signal is SignalOf<K> => signal.kind === kind);
  return {
    signals,
    health,
    ofKind,
    only: (kind) => single(ofKind(kind), kind),
    span: (name) => single(ofKind('span').filter((span) => span.name === name), `span "${name}"`),
  };
}

/** A manager for a test, and what it says. */
export function recorded(options: Omit<ObservabilityOptions, 'clock' | 'sinks'> = {}): TestObservability & Recorded {
  const test = createTestObservability(options);
  return { ...test, ...recordingOf(test.obs) };
}

function single<T>(values: readonly T[], what: string): T {
  const [value] = values;
  if (value === undefined || values.length > 1) throw new Error(`expected one ${what}, got ${values.length}`);
  return value;
}
