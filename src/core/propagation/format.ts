import type { TraceContext } from '../signal.ts';
import type { Baggage, BaggageEntry } from './baggage.ts';
import type { ReadableHeaders } from './headers.ts';

/** What headers carry from process to process. */
export interface Carried {
  readonly trace: TraceContext | undefined;
  readonly baggage: Baggage | undefined;
}

/** What a format cannot know itself. */
export interface FormatSetup {
  /** The decision on a trace whose headers leave it open. */
  readonly isSampled: (traceId: string) => boolean;
  /** Told, in words that quote nothing of it, what is not as its specification asks. */
  readonly ignored: (what: string) => void;
}

/** One way of writing a trace, or baggage, into headers. No method throws. */
export interface Format {
  /** Lower-case names of the headers it may write, and of those that would contradict them. */
  readonly fields: readonly string[];
  readonly readTrace?: (headers: ReadableHeaders, setup: FormatSetup) => TraceContext | undefined;
  readonly readBaggage?: (headers: ReadableHeaders, setup: FormatSetup) => readonly BaggageEntry[];
  write(carried: Carried, headers: Record<string, string>, setup: FormatSetup): void;
}
