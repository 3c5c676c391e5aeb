import { createTraceState, SpanStatusCode } from '@opentelemetry/api';
import type { Attributes, Exception, Link, Span as ApiSpan, SpanContext, SpanStatus, TimeInput } from '@opentelemetry/api';
import type { Clock } from '../clock.ts';
import { readProperty } from '../read-property.ts';
import type { Attributes as OurAttributes, AttributeValue, TraceContext } from '../signal.ts';
import { toMilliseconds } from './open-telemetry-time.ts';
import type { RecordingSpan } from './recording-span.ts';
import { linkedTraces, traceOfParent } from './span-parent.ts';

/** A span of ours, as code that knows OpenTelemetry's API only wants it. */
export class OpenTelemetrySpan implements ApiSpan {
  readonly recordingSpan: RecordingSpan;
  readonly #clock: Clock;
  #spanContext: SpanContext | undefined;

  constructor(recordingSpan: RecordingSpan, clock: Clock) {
    this.recordingSpan = recordingSpan;
    this.#clock = clock;
  }

  spanContext(): SpanContext {
    return (this.#spanContext ??= toSpanContext(this.recordingSpan.trace));
  }

  setAttribute(key: string, value: unknown): this {
    this.recordingSpan.setAttribute(key, value as AttributeValue | undefined);
    return this;
  }

  setAttributes(attributes: Attributes): this {
    this.recordingSpan.setAttributes(attributes as OurAttributes);
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    const first = this.#at(attributesOrTime);
    const attributes = first === undefined ? (attributesOrTime as OurAttributes | undefined) : undefined;
    this.recordingSpan.addEvent(name, attributes, this.#at(time) ?? first);
    return this;
  }

  addLink(link: Link): this {
    return this.addLinks([link]);
  }

  addLinks(links: readonly Link[]): this {
    for (const link of toLinks(links)) this.recordingSpan.addLink(link);
    return this;
  }

  setStatus(status: SpanStatus): this {
    const given = Object(status);
    const code = readProperty(given, 'code');
    if (code === SpanStatusCode.OK) this.recordingSpan.setStatus({ code: 'ok' });
    if (code === SpanStatusCode.ERROR) {
      const message = readProperty(given, 'message') ?? undefined;
      this.recordingSpan.setStatus({ code: 'error', message: message as string | undefined });
    }
    return this;
  }

  updateName(name: string): this {
    this.recordingSpan.updateName(name);
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    this.recordingSpan.recordException(exception, this.#at(time));
  }

  end(endTime?: TimeInput): void {
    this.recordingSpan.end(this.#at(endTime));
  }

  isRecording(): boolean {
    return this.recordingSpan.recording;
  }

  #at(time: unknown): number | undefined {
    return toMilliseconds(time, this.#clock);
  }
}

export function toSpanContext({ traceId, spanId, sampled, traceState }: TraceContext): SpanContext {
  const context: SpanContext = { traceId, spanId, traceFlags: sampled ? 1 : 0 };
  return traceState === undefined ? context : { ...context, traceState: createTraceState(traceState) };
}

/** The trace of another SDK's span or of a link. `undefined` when it is none. Never throws. */
export function fromSpanContext(context: unknown): TraceContext | undefined {
  try {
    const { traceId, spanId, traceFlags, traceState } = context as SpanContext;
    const sampled = (traceFlags & 1) === 1;
    return traceOfParent({ traceId, spanId, sampled, traceState: traceState?.serialize() }) ?? undefined;
  } catch {
    // Foreign code.
    return undefined;
  }
}

/** Where links of OpenTelemetry's lead to. Never throws. */
export function toLinks(links: unknown): readonly TraceContext[] {
  return linkedTraces(links, (link) => fromSpanContext(readProperty(Object(link), 'context')));
}
