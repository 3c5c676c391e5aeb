import { filter } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import { wrongOption } from '../configuration-error.ts';
import { signalKinds } from '../signal.ts';
import type { Signal, SignalKind, SignalOf } from '../signal.ts';

/**
 * Keeps the signals of the kinds named, and narrows the type: `signals$.pipe(ofKind('response'))` is a stream of
 * `ResponseSignal`. Throws `ConfigurationError` for no kind and for a name that is none.
 */
export function ofKind<K extends SignalKind>(...kinds: readonly [K, ...K[]]): OperatorFunction<Signal, SignalOf<K>> {
  const wanted: ReadonlySet<SignalKind> = new Set(kinds);
  const expected = `one of ${signalKinds.join(', ')}`;
  if (wanted.size === 0) throw wrongOption('ofKind.kinds', `at least one kind, ${expected}`, undefined);
  for (const [position, kind] of kinds.entries()) {
    if (!signalKinds.includes(kind)) throw wrongOption(`ofKind.kinds[${position}]`, expected, kind);
  }
  return filter((signal: Signal): signal is SignalOf<K> => wanted.has(signal.kind));
}
