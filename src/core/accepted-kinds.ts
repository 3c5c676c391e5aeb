import type { Signal, SignalKind } from './signal.ts';
import type { Sink } from './sink.ts';

type Accepts = (signal: Signal) => boolean;

/**
 * On the function, not on the sink: a copy of the sink with another `accepts` takes other kinds. Registered, so that every copy of the
 * SDK finds it.
 */
const mark: unique symbol = Symbol.for('@arkhe/observability/accepted-kinds');

/** Says which kinds a sink may accept at all, so that others need not be built for it. They are asked for whenever somebody wants to know. */
export function acceptingKinds(accepts: Accepts, kinds: () => readonly SignalKind[]): Accepts {
  return Object.defineProperty(accepts, mark, { value: kinds });
}

/** The kinds a sink may accept; `undefined` when it has not said, and may accept any. */
export function acceptedKinds({ accepts }: Sink): ReadonlySet<SignalKind> | undefined {
  const kinds = (accepts as { readonly [mark]?: () => readonly SignalKind[] } | undefined)?.[mark];
  return kinds === undefined ? undefined : new Set(kinds());
}
