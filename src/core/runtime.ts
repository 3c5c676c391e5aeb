import type { Context } from '@opentelemetry/api';
import type { Clock } from './clock.ts';
import type { Settings } from './config/settings.ts';
import type { ContextStorage } from './context.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { Ids } from './ids.ts';
import type { FilterReason } from './ledger.ts';
import type { ActiveRequest } from './requests/active-request.ts';
import type { Attributes, Signal, SignalInput, SignalKind, TraceContext } from './signal.ts';
import type { RecordingSpan } from './tracing/recording-span.ts';

/** What is active while code runs. */
export interface ActiveContext {
  readonly span?: RecordingSpan | undefined;
  readonly request?: ActiveRequest | undefined;
  /** A sink is at work: what its own calls would tell is not wanted. */
  readonly suppressed?: boolean | undefined;
  /** The context of OpenTelemetry that was entered last, when this storage carries it. */
  readonly theirs?: Context | undefined;
  /** Whether `span` was entered after `theirs`, so that in OpenTelemetry's eyes it is active. */
  readonly isSpanInner?: boolean | undefined;
  /** The context of OpenTelemetry that this is, made when it is asked for. */
  derived?: Context | undefined;
}

/** What the parts of one manager share. */
export interface Runtime {
  /** In force now: a later configuration of the same manager changes them. */
  readonly settings: Settings;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly diagnostics: Diagnostics;
  readonly storage: ContextStorage<ActiveContext>;
  /** Where a sink of any manager of the process is at work. */
  readonly exports: ContextStorage<true>;
  /** The text without its secrets, for what need not be searched again and again: everything that goes on the stream is searched there. */
  redactText(text: string): string;
  /** Where in which trace the code runs. */
  currentTrace(): TraceContext | undefined;
  /** The same for who has just asked what is active: the one question of a call that costs. */
  traceAt(active: ActiveContext | undefined): TraceContext | undefined;
  /** The attributes of every signal. Redacted, frozen, and another object when a later configuration changes them. */
  readonly resource: Attributes;
  /** The session of every signal that has none of its own. */
  readonly sessionId: string | undefined;
  /**
   * Puts a signal of the SDK's own making on the stream. It is neither copied nor checked: everything in it is well formed already,
   * the application's data are snapshots, and the object and its attributes are fresh and handed over (the resource's attributes are
   * added to them). What foreign code hands in comes by another way. Never throws.
   */
  emit(input: SignalInput): void;
  /**
   * The same for a signal that is complete: it has every field of its kind, and in their order, and its attributes those of the
   * resource. Who calls has seen to it that nothing is suppressed. Never throws.
   */
  emitComplete(signal: Signal): void;
  /** Whether anybody may want signals of this kind. Counts one that is not built, because nobody does. */
  wants(kind: SignalKind): boolean;
  /** Counts a signal that was not built, because it was not wanted. */
  skip(reason: FilterReason): void;
}
