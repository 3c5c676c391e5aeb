import type { Runtime } from '../runtime.ts';
import { severityNamed, severityNumbers } from '../severity.ts';
import type { Attributes, Breadcrumb, SerializedError, TraceContext } from '../signal.ts';
import { snapshotAttributes } from '../snapshot-attributes.ts';
import { snapshot, snapshotText } from '../snapshot.ts';
import type { CaptureOptions, ErrorTracker } from './error-tracker.ts';
import { readProperty } from '../read-property.ts';
import { serializeError } from './serialize-error.ts';

interface Kept {
  readonly traceId: string | undefined;
  readonly breadcrumb: Breadcrumb;
}

/** `traceOf` knows where an error was thrown that a span has seen. */
export function createErrorTracking(
  runtime: Runtime,
  traceOf: (error: unknown) => { readonly trace: TraceContext; readonly requestId: string | undefined } | undefined,
): ErrorTracker {
  const { clock, ids, diagnostics } = runtime;
  let breadcrumbs: readonly Kept[] = [];

  /** The event id, whatever happens while the event is built from foreign data. */
  function captured(name: string, build: (eventId: string) => void): string {
    const eventId = ids.eventId();
    const { enabled, errorTracking } = runtime.settings;
    if (!enabled) return eventId;
    try {
      if (errorTracking.enabled) build(eventId);
      else runtime.skip('disabled');
    } catch (error) {
      diagnostics.failed('source-failed', name, error);
    }
    return eventId;
  }

  return {
    captureException: (error, given) =>
      captured('captureException', (eventId) => {
        const options = readOptions(given);
        const serialized = serializeError(error);
        if (runtime.settings.errorTracking.ignore.some((pattern) => matches(pattern, serialized))) return runtime.skip('disabled');
        const origin = traceOf(error);
        const trace = origin?.trace ?? runtime.currentTrace();
        runtime.emit({
          kind: 'error',
          name: serialized.type,
          attributes: options.attributes,
          trace,
          requestId: origin?.requestId,
          eventId,
          error: serialized,
          handled: options.handled !== false,
          level: severityNamed(options.level) ?? 'error',
          context: snapshot(options.context),
          breadcrumbs: breadcrumbs
            .filter(({ traceId }) => traceId === undefined || traceId === trace?.traceId)
            .map(({ breadcrumb }) => breadcrumb),
        });
      }),
    captureMessage: (message, given) =>
      captured('captureMessage', (eventId) => {
        const options = readOptions(given);
        const level = severityNamed(options.level) ?? 'info';
        runtime.emit({
          kind: 'log',
          name: 'message',
          attributes: options.attributes,
          eventId,
          message: snapshotText(message),
          level,
          severityNumber: severityNumbers[level],
          context: snapshot(options.context),
        });
      }),
    addBreadcrumb(message, given) {
      const { enabled, errorTracking } = runtime.settings;
      const most = errorTracking.maxBreadcrumbs;
      if (!enabled || !errorTracking.enabled || most === 0) return;
      const options = Object(given);
      const breadcrumb: Breadcrumb = {
        category: snapshotText(readProperty(options, 'category') ?? 'manual', 256),
        message: snapshotText(message, 1_024),
        timestamp: clock.now(),
        level: severityNamed(readProperty(options, 'level')) ?? 'info',
        attributes: snapshotAttributes(readProperty(options, 'attributes')),
      };
      breadcrumbs = [...breadcrumbs, { traceId: runtime.currentTrace()?.traceId, breadcrumb }].slice(-most);
    },
  };
}

interface ReadOptions {
  readonly context: unknown;
  readonly level: unknown;
  readonly handled: unknown;
  readonly attributes: Attributes;
}

/** One by one, as a getter of the application may throw: what cannot be read is `[unreadable]`, and the rest arrives. */
function readOptions(given: CaptureOptions | undefined): ReadOptions {
  const options = Object(given);
  const fingerprint = readProperty(options, 'fingerprint');
  const attributes = snapshotAttributes(readProperty(options, 'attributes'));
  return {
    context: readProperty(options, 'context'),
    level: readProperty(options, 'level'),
    handled: readProperty(options, 'handled'),
    attributes: fingerprint === undefined ? attributes : snapshotAttributes({ 'arkhe.fingerprint': fingerprint }, attributes),
  };
}

function matches(pattern: string | RegExp, { type, message }: SerializedError): boolean {
  const text = `${type}: ${message}`;
  if (typeof pattern === 'string') return text.includes(pattern);
  // A global pattern remembers where it stopped.
  pattern.lastIndex = 0;
  return pattern.test(text);
}
