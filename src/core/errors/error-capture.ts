import type { AnyFunction } from '../function-instrument.ts';
import { readProperty } from '../read-property.ts';
import { severityNamed } from '../severity.ts';
import type { ErrorSignal } from '../signal.ts';
import { snapshotAttributes } from '../snapshot-attributes.ts';
import { snapshot } from '../snapshot.ts';
import { callingStack } from './calling-stack.ts';
import type { ReadCaptureOptions } from './capture-options.ts';
import { errorFields } from './error-fields.ts';
import { errorKind } from './error-kind.ts';
import { createErrorLimits } from './error-limits.ts';
import type { ErrorShape } from './error-shape.ts';
import type { ErrorTrackingSetup } from './error-tracking.ts';
import { createRepetition } from './repetition.ts';
import { serializeShaped, shapeOf } from './serialize-error.ts';
import { thrownValue } from './thrown-value.ts';

/** Every error once. */
export interface ErrorCapture {
  /**
   * Returns the id of the event that tells of it. `called`: what the application called to capture it, for what has no stack of its
   * own; a source sees it too late for that.
   */
  error(given: unknown, eventId: string, options: ReadCaptureOptions, mechanism: string | undefined, called: AnyFunction | undefined): string;
  /** Tells of what was only counted. */
  settle(): void;
}

/** How an error was captured first. */
interface Captured {
  readonly eventId: string;
  readonly traceId: string | undefined;
}

export function createErrorCapture({ runtime, traceOf, trail }: ErrorTrackingSetup): ErrorCapture {
  const { clock, diagnostics, storage } = runtime;
  const captured = new WeakMap<object, Captured>();
  const isWithinRate = createErrorLimits({ clock, rateLimit: () => runtime.settings.errorTracking.rateLimit });
  const repetition = createRepetition({
    clock,
    // Wherever it is told: in the request, or the sink's work, that is on just then it did not happen.
    tell: (latest, count) => storage.run({}, () => runtime.emit(count === 1 ? latest : { ...latest, count })),
    failed: (error) => diagnostics.failed('source-failed', 'captureException', error),
  });

  function remember(error: unknown, eventId: string, traceId: string | undefined): void {
    if (isObject(error)) captured.set(error, { eventId, traceId });
  }

  /** Unless it was thrown once more, in another trace: some throw the same object again and again. */
  function capturedBefore(error: unknown, thrownIn: string | undefined): Captured | undefined {
    const before = isObject(error) ? captured.get(error) : undefined;
    const isAnother = thrownIn !== undefined && before?.traceId !== undefined && thrownIn !== before.traceId;
    return isAnother ? undefined : before;
  }

  return {
    error(given, eventId, options, mechanism, called) {
      const { repeatWindow, ignore } = runtime.settings.errorTracking;
      // What a sink does is not told.
      if (storage.get()?.suppressed === true) return skipped('disabled', eventId);
      const error = thrownValue(given);
      const origin = traceOf(error);
      const before = capturedBefore(error, origin?.trace.traceId);
      if (before !== undefined) return skipped('repeated', before.eventId);

      const read = shapeOf(error);
      if (ignore.some((pattern) => matches(pattern, read))) return skipped('disabled', eventId);
      const hasStack = read.stack !== undefined && read.stack !== '';
      const shape = hasStack || called === undefined ? read : { type: read.type, message: read.message, stack: callingStack(called, read) };
      const { kind, identity } = errorKind(shape, options.fingerprint);
      const trace = origin?.trace ?? runtime.currentTrace();
      const level = severityNamed(options.level) ?? 'error';
      const handled = options.handled !== false;
      // What ends the process is told at once: there may be no later moment.
      const isLast = level === 'fatal' && !handled;
      const repeats = repeatWindow > 0 && !isLast ? repetition.of(identity) : undefined;
      const tellingId = repeats?.eventId ?? eventId;
      remember(error, tellingId, trace?.traceId);
      if (repeats === undefined && !isLast && !isWithinRate(kind)) {
        diagnostics.ignored('captureException', 'more exceptions of one kind than errorTracking.rateLimit allows, counted as rate-limited');
        return skipped('rate-limited', eventId);
      }

      const fields = isObject(error) ? errorFields(error) : undefined;
      const signal: ErrorSignal = {
        kind: 'error',
        name: shape.type,
        // Those given win.
        attributes: fields === undefined ? options.attributes : snapshotAttributes(options.attributes, snapshotAttributes(fields)),
        timestamp: clock.now(),
        trace,
        requestId: origin?.requestId ?? activeRequestId(),
        sessionId: runtime.sessionId,
        eventId: tellingId,
        error: serializeShaped(error, shape),
        handled,
        level,
        context: snapshot(options.context),
        breadcrumbs: trail.leadingTo(trace, repeats && ((id) => repeats.toldIds.includes(id))),
        mechanism: mechanism ?? 'generic',
        tags: options.tags,
        user: options.user,
        count: undefined,
        recording: undefined,
      };
      if (repeats !== undefined) {
        repetition.repeat(repeats, signal);
        return skipped('repeated', tellingId);
      }
      if (repeatWindow > 0 && !isLast) repetition.open(identity, repeatWindow, eventId);
      runtime.emit(signal);
      return eventId;
    },
    settle: repetition.settle,
  };

  function skipped(reason: 'disabled' | 'repeated' | 'rate-limited', eventId: string): string {
    runtime.skip(reason);
    return eventId;
  }

  function activeRequestId(): string | undefined {
    const { request } = storage.get() ?? {};
    // The application has the active request, too.
    const requestId = request === undefined ? undefined : readProperty(request, 'requestId');
    return typeof requestId === 'string' ? requestId : undefined;
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function matches(pattern: string | RegExp, { type, message }: ErrorShape): boolean {
  const text = `${type}: ${message}`;
  if (typeof pattern === 'string') return text.includes(pattern);
  // A global pattern remembers where it stopped.
  pattern.lastIndex = 0;
  return pattern.test(text);
}
