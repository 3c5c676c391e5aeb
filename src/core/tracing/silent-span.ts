import type { TraceContext } from '../signal.ts';
import { dispose } from './span.ts';
import type { Span, SpanOptions, StartSpan } from './span.ts';

/** What OpenTelemetry calls invalid: no trace at all. */
export const noTrace: TraceContext = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), sampled: false };

/** Stands in for a span where tracing is off: every method does nothing, and callbacks run as if it were not there. */
export class SilentSpan implements Span {
  declare readonly [Symbol.dispose]: () => void;
  readonly recording: boolean = false;
  readonly name: string;
  readonly trace: TraceContext;

  constructor(name: string, trace: TraceContext = noTrace) {
    this.name = name;
    this.trace = trace;
  }

  setAttribute(): this {
    return this;
  }

  setAttributes(): this {
    return this;
  }

  addEvent(): this {
    return this;
  }

  recordException(): this {
    return this;
  }

  setStatus(): this {
    return this;
  }

  updateName(): this {
    return this;
  }

  get startSpan(): StartSpan {
    return silentStartSpanIn(this.trace);
  }

  run<T>(callback: () => T): T {
    return callback();
  }

  end(): void {}

  static {
    Reflect.defineProperty(this.prototype, dispose, { value: this.prototype.end });
  }
}

/** `startSpan` where tracing is off; what came from another process can be handed on all the same. */
function silentStartSpanIn(trace: TraceContext): StartSpan {
  return <T>(name: string, second?: SpanOptions | ((span: Span) => T), third?: (span: Span) => T): T | Span => {
    const run = typeof second === 'function' ? second : third;
    const span = new SilentSpan(name, trace);
    return run === undefined ? span : run(span);
  };
}

/** `startSpan` where tracing is off. */
export const silentStartSpan: StartSpan = /* @__PURE__ */ silentStartSpanIn(noTrace);
