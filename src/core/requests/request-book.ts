import { readProperty } from '../read-property.ts';
import type { Runtime } from '../runtime.ts';
import type { SourceErrors } from '../errors/source-errors.ts';
import { RecordingSpan } from '../tracing/recording-span.ts';
import { OpenRequest } from './open-request.ts';
import type { Ending, RequestFacts, RequestHome } from './open-request.ts';
import { createOpenRequests } from './open-requests.ts';
import type { RequestContext } from './request.ts';
import { requestAttributes } from './request-attributes.ts';
import { createRequestSignals } from './request-signals.ts';

/** What a request brought along that only its first signal tells. */
export interface Brought {
  /** A header, by lower-case name. */
  readonly header?: ((name: string) => unknown) | undefined;
  /** Of the application, of any type. */
  readonly attributes?: unknown;
  /** Of the application, of any type. */
  readonly params?: unknown;
}

/** All requests of one manager, whoever tells of them. No method throws. */
export interface RequestBook {
  /** Says on the stream that a request began, and waits for its answer. */
  open(facts: RequestFacts, brought: Brought): OpenRequest;
  /** Whether the application wants it left out. */
  isIgnored(method: string, path: string, side: OpenRequest['side']): boolean;
  /** The request of a context, ended or not; of a copy of it while it waits. `undefined`: nobody knows of it. */
  requestOf(context: RequestContext): OpenRequest | undefined;
  /** Ends what waits: no answer will come. */
  close(): void;
}

export function createRequestBook(runtime: Runtime, errors: SourceErrors): RequestBook {
  const { clock, diagnostics } = runtime;
  const signals = createRequestSignals(runtime);
  /** By what the application has of them. */
  const known = new WeakMap<RequestContext, OpenRequest>();
  const waiting = createOpenRequests({
    clock,
    policy: () => runtime.settings.requestLogging,
    abandon: (request, why) => request.end({ status: 'abandoned', errorType: 'abandoned', message: why }),
    overflowed: (maxOpen) => diagnostics.ignored('requestLogging', `more than ${maxOpen} requests wait for their answers: the oldest is abandoned`),
  });
  const home: RequestHome = {
    ended(request, ending) {
      waiting.delete(request);
      try {
        const status = signals.ended(request, ending);
        if (status === 'error') captureFailure(request, ending.failure ?? request.failure);
      } catch (error) {
        sayFailed(error);
      }
    },
    discarded: (request) => waiting.delete(request),
    contextOf(request) {
      const { requestId, method, path, startTime } = request.facts;
      const context = { requestId, method, path, startTime, trace: request.trace };
      known.set(context, request);
      return context;
    },
  };

  /** What a framework answers for never reaches a handler of uncaught errors. */
  function captureFailure(request: OpenRequest, failure: Ending['failure']): void {
    const { side, isObserved } = request.facts;
    if (failure === undefined || side !== 'server' || !isObserved || !runtime.settings.errorTracking.failedRequests) return;
    const span = request.span instanceof RecordingSpan ? request.span : undefined;
    runtime.storage.run({ span, request }, () =>
      errors.capture(failure.error, { mechanism: 'http', handled: false, attributes: requestAttributes(request) }),
    );
  }

  /** Of foreign data. */
  function sayFailed(error: unknown): void {
    diagnostics.failed('source-failed', 'requests', error);
  }

  return {
    open(facts, { header, attributes, params }) {
      const { enabled, requestLogging } = runtime.settings;
      const request = new OpenRequest(home, facts);
      if (enabled && requestLogging.enabled) waiting.add(request);
      try {
        request.giveParams(params);
        signals.began(request, header, attributes);
      } catch (error) {
        sayFailed(error);
      }
      return request;
    },
    isIgnored(method, path, side) {
      const { ignores } = runtime.settings.requestLogging;
      if (ignores === undefined) return false;
      try {
        return ignores({ method, path, side }) === true;
      } catch {
        diagnostics.ignored('requestLogging', 'an `ignore` that throws: the request is logged');
        return false;
      }
    },
    requestOf(context) {
      const own = known.get(context);
      if (own !== undefined) return own;
      const [requestId, startTime] = [readProperty(context, 'requestId'), readProperty(context, 'startTime')];
      for (const request of waiting) if (request.requestId === requestId && request.facts.startTime === startTime) return request;
      return undefined;
    },
    close: () => waiting.close(),
  };
}
