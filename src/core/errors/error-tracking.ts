import type { Runtime } from '../runtime.ts';
import { severityNamed, severityNumbers } from '../severity.ts';
import type { TraceContext } from '../signal.ts';
import { snapshotAttributes } from '../snapshot-attributes.ts';
import { snapshot, snapshotText } from '../snapshot.ts';
import { readProperty } from '../read-property.ts';
import { captureOptions, messageAttributes } from './capture-options.ts';
import { createErrorCapture } from './error-capture.ts';
import type { ErrorTracker } from './error-tracker.ts';
import { readableText } from './readable-text.ts';
import type { SourceErrors } from './source-errors.ts';
import type { Trail } from './trail.ts';

export interface ErrorTrackingSetup {
  readonly runtime: Runtime;
  /** Where an error was thrown that a span has seen. */
  readonly traceOf: (error: unknown) => { readonly trace: TraceContext; readonly requestId: string | undefined } | undefined;
  readonly trail: Trail;
}

/** Errors of one manager. */
export interface ErrorTracking {
  /** What the application has. */
  readonly tracker: ErrorTracker;
  /** What sources have. */
  readonly errors: SourceErrors;
  /** Tells at once what was only counted so far: there may be no later moment. */
  settle(): void;
}

export function createErrorTracking(setup: ErrorTrackingSetup): ErrorTracking {
  const { runtime, trail } = setup;
  const { clock, ids, diagnostics } = runtime;
  const capture = createErrorCapture(setup);

  /** The event id, whatever happens while the event is built from foreign data. */
  function captured(name: string, build: (eventId: string) => string): string {
    const eventId = ids.eventId();
    const { enabled, errorTracking } = runtime.settings;
    if (!enabled) return eventId;
    try {
      if (errorTracking.enabled) return build(eventId);
      runtime.skip('disabled');
    } catch (error) {
      diagnostics.failed('source-failed', name, error);
    }
    return eventId;
  }

  const tracker: ErrorTracker = {
    captureException: (error, given) =>
      captured('captureException', (eventId) => capture.error(error, eventId, captureOptions(given), undefined, tracker.captureException)),
    captureMessage: (message, given) =>
      captured('captureMessage', (eventId) => {
        const options = captureOptions(given);
        const level = severityNamed(options.level) ?? 'info';
        runtime.emit({
          kind: 'log',
          name: 'message',
          attributes: messageAttributes(options),
          eventId,
          message: typeof message === 'string' ? readableText(message, 4_096) : snapshotText(message),
          level,
          severityNumber: severityNumbers[level],
          context: snapshot(options.context),
        });
        return eventId;
      }),
    addBreadcrumb(message, given) {
      const { enabled, errorTracking } = runtime.settings;
      if (!enabled || !errorTracking.enabled || errorTracking.maxBreadcrumbs === 0) return;
      try {
        const options = Object(given);
        trail.add(
          {
            category: snapshotText(readProperty(options, 'category') ?? 'manual', 256),
            message: snapshotText(message, 1_024),
            timestamp: clock.now(),
            level: severityNamed(readProperty(options, 'level')) ?? 'info',
            attributes: snapshotAttributes(readProperty(options, 'attributes')),
          },
          runtime.currentTrace(),
        );
      } catch (error) {
        // A clock or a context storage of the application.
        diagnostics.failed('source-failed', 'addBreadcrumb', error);
      }
    },
  };
  return {
    tracker,
    errors: {
      capture: (error, seen) =>
        captured('captureException', (eventId) => capture.error(error, eventId, captureOptions(seen), seen.mechanism, undefined)),
      leaveBreadcrumb: (message, options) => tracker.addBreadcrumb(message, options),
    },
    settle() {
      try {
        capture.settle();
      } catch (error) {
        diagnostics.failed('source-failed', 'captureException', error);
      }
    },
  };
}
