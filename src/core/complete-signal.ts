import type { Runtime } from './runtime.ts';
import { severityNumbers } from './severity.ts';
import type { Attributes, BaseSignal, Signal, SignalInput } from './signal.ts';
import { withResource } from './snapshot-attributes.ts';
import { snapshotText } from './snapshot.ts';

/** What the stream adds to every signal. */
export interface Enrichment {
  readonly runtime: Runtime;
  readonly resource: Attributes;
  readonly sessionId: string | undefined;
}

/**
 * The signal in its final shape, every field present and in the same order, so that engines keep one shape a kind. What was left
 * out has its default. The input is well formed, as the SDK's own parts and `foreignSignal` make it, and nobody else keeps it: its
 * attributes get those of the resource.
 */
export function completeSignal(input: SignalInput, enrichment: Enrichment): Signal {
  const { name, timestamp, attributes, trace, requestId, sessionId } = completeBase(input, enrichment);
  const { ids } = enrichment.runtime;
  // Literals without a spread, which engines build many times faster.
  switch (input.kind) {
    case 'span': {
      const { kind, parentSpanId, parentIsRemote, spanKind, duration, status, events, links, scope } = input;
      const own = input.trace ?? { traceId: ids.traceId(), spanId: ids.spanId(), sampled: true, traceState: undefined };
      return {
        kind, name, timestamp, attributes, trace: own, requestId, sessionId,
        parentSpanId, parentIsRemote, spanKind, duration: from0(duration), status, events, links, scope,
      };
    }
    case 'request': {
      const { kind, side, method, path, params, headers } = input;
      const own = requestId ?? ids.requestId();
      return { kind, name, timestamp, attributes, trace, requestId: own, sessionId, side, method, path, params, headers };
    }
    case 'response': {
      const { kind, side, method, path, status, statusCode, duration, params, headers, requestData, data, error } = input;
      const own = requestId ?? ids.requestId();
      return {
        kind, name, timestamp, attributes, trace, requestId: own, sessionId,
        side, method, path, status, statusCode, duration: from0(duration), params, headers, requestData, data, error,
      };
    }
    case 'profile': {
      const { kind, duration, failed } = input;
      return { kind, name, timestamp, attributes, trace, requestId, sessionId, duration: from0(duration), failed };
    }
    case 'error': {
      const { kind, eventId = ids.eventId(), error, handled, level, context, breadcrumbs, mechanism, tags, user, count } = input;
      return {
        kind, name, timestamp, attributes, trace, requestId, sessionId,
        eventId, error, handled, level, context, breadcrumbs, mechanism, tags, user, count, recording: undefined,
      };
    }
    case 'log': {
      const { kind, eventId = ids.eventId(), message, level, context } = input;
      return {
        kind, name, timestamp, attributes, trace, requestId, sessionId,
        eventId, message, level, severityNumber: severityNumbers[level], context,
      };
    }
    case 'metric': {
      const { kind, value, unit, instrument } = input;
      return { kind, name, timestamp, attributes, trace, requestId, sessionId, value, unit, instrument };
    }
  }
}

function completeBase(input: SignalInput, { runtime, resource, sessionId }: Enrichment): BaseSignal {
  const { name, timestamp, attributes, trace, requestId } = input;
  return {
    name: snapshotText(name, 256),
    timestamp: typeof timestamp === 'number' && Number.isFinite(timestamp) ? timestamp : runtime.clock.now(),
    attributes: withResource(attributes, resource),
    // A part that says there is none knows better than the place where the code runs now.
    trace: trace ?? ('trace' in input ? undefined : runtime.currentTrace()),
    // The active request is an object that the application has, too.
    requestId: textOf(requestId) ?? textOf(runtime.storage.get()?.request?.requestId),
    sessionId: input.sessionId ?? sessionId,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function from0(duration: number): number {
  return duration > 0 && duration < Number.POSITIVE_INFINITY ? duration : 0;
}
