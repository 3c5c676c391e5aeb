import type { Span as OpenTelemetrySpan } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Runtime } from '../runtime.ts';
import { toSpanSignal } from './span-signal.ts';

/** Puts finished spans on the stream, also those of libraries that use OpenTelemetry's API. */
export interface StreamSpanProcessor extends SpanProcessor {
  /** Whether this span will come on the stream. */
  owns(span: OpenTelemetrySpan): boolean;
  /** The request of a span, when that is not the active one. */
  belongsTo(span: OpenTelemetrySpan, requestId: string | undefined): void;
}

export function createSpanProcessor({ storage, emit, diagnostics }: Runtime): StreamSpanProcessor {
  // On the span itself, which is our provider's own: a `WeakMap` of all spans would cost the garbage collector more than they do.
  const key = Symbol('requestId');
  const belongsTo = (span: object, requestId: string | undefined): void => void Reflect.set(span, key, requestId);

  return {
    owns: (span) => key in span,
    belongsTo,
    onStart: (span) => belongsTo(span, storage.get()?.request?.requestId),
    onEnd(span) {
      // OpenTelemetry lets what is thrown here through to the application.
      try {
        emit(toSpanSignal(span, Reflect.get(span, key) as string | undefined));
      } catch (error) {
        diagnostics.failed('source-failed', 'spans', error);
      }
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}
