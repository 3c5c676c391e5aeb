import { wrongOption } from '../configuration-error.ts';
import { handleOf } from '../manager-handle.ts';
import type { ManagerHandle } from '../manager.ts';
import type { ObservabilityManager } from '../observability.ts';
import { processWide } from '../process-wide.ts';

/**
 * A span processor for a tracer provider of OpenTelemetry's SDK, 2.x and 3.x: its `SpanProcessor`, described without its package. No
 * method throws, and no promise is rejected.
 */
export interface StreamSpanProcessor {
  onStart(span: object, parentContext: object): void;
  onEnd(span: object): void;
  /** Flushes the manager, as its `flush` does. */
  forceFlush(): Promise<void>;
  /** Flushes the manager, which goes on: later spans of the provider are no longer taken. */
  shutdown(): Promise<void>;
}

/**
 * For an application with a tracer provider of its own: with this among its `spanProcessors` the provider stays, its exporters too, and
 * the spans it finishes are on the stream of a manager as if they had been started here: redacted, counted, exported by the sinks. Spans
 * started here are children of its spans, and its spans of them.
 *
 * Name, kind, identifiers, parent, times (milliseconds), attributes, events, links, status and scope are the span's own; whether it is
 * exported is what the provider's sampler decided. Resource attributes, `service.name` among them, are those of the manager; those that
 * only the provider has are added to the span's, but for `telemetry.*`. Links lose their attributes, as links do here.
 *
 * @param observability Default: the process-wide manager, looked up at each span; while there is none, spans are not taken.
 * @throws ConfigurationError for what is no manager
 * @see https://opentelemetry.io/docs/specs/otel/trace/sdk/#span-processor
 */
export function streamSpanProcessor(observability?: ObservabilityManager): StreamSpanProcessor {
  const given = observability === undefined ? undefined : handleOf(observability);
  if (observability !== undefined && given === undefined) throw wrongOption('streamSpanProcessor', 'a manager of this SDK', observability);
  let ended = false;

  function handleFor(span: unknown): ManagerHandle | undefined {
    return ended || typeof span !== 'object' || span === null ? undefined : (given ?? processWide().handle);
  }

  async function flush(): Promise<void> {
    await (given ?? processWide().handle)?.manager.flush();
  }

  return {
    onStart: (span) => handleFor(span)?.tracing.hostSpans.began(span),
    onEnd: (span) => handleFor(span)?.tracing.hostSpans.ended(span),
    forceFlush: flush,
    shutdown() {
      ended = true;
      return flush();
    },
  };
}
