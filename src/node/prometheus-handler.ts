import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { wrongOption } from '../core/configuration-error.ts';
import { handleOf } from '../core/manager-handle.ts';
import type { ObservabilityManager } from '../core/observability.ts';
import { checkOptions, optional } from '../core/operators/option-checks.ts';
import type { OptionCheck } from '../core/operators/option-checks.ts';
import { boundariesOf, nearestBoundaries } from '../core/prometheus/boundaries.ts';
import { countedMetrics } from '../core/prometheus/counted-metrics.ts';
import { expositionType, writeExposition } from '../core/prometheus/exposition.ts';

/** Options of `prometheusHandler`. */
export interface PrometheusHandlerOptions {
  /**
   * The `le` of single histograms, by the metric's own name (`http.server.request.duration`), ascending, in the unit that is shown:
   * seconds for times, not milliseconds. Each is moved up to a boundary at which the counts are exact, by 2.2 % at most. Default for
   * times: powers of two from 0.1 ms to 32 s.
   */
  readonly boundaries?: Readonly<Record<string, readonly number[]>> | undefined;
}

/** What answers a scrape: with `node:http`, `app.get('/metrics', handler)` of Express, `handler(ctx.req, ctx.res)` of others. */
export type PrometheusHandler = (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse) => void;

/** How many `le` one histogram may have. */
const maxBoundaries = 100;

const boundaryLists: OptionCheck = {
  expected: `lists of at most ${maxBoundaries} ascending numbers above 0, by the name of the metric`,
  passes: (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isAscending),
};

/**
 * Answers scrapes of Prometheus with the totals of all metrics and profiled calls since the handler was made, in the text format. They
 * are counted before sampling, and as long as the manager lives: make it once, at the start. All handlers of a manager tell the same. It
 * never throws, and asks for no token: keep its path from strangers.
 * @throws ConfigurationError for what is no manager, and for wrong options
 */
export function prometheusHandler(obs: ObservabilityManager, options: PrometheusHandlerOptions = {}): PrometheusHandler {
  if (handleOf(obs) === undefined) throw wrongOption('prometheusHandler', 'a manager, as createObservability makes it', obs);
  checkOptions('prometheusHandler', options, { boundaries: optional(boundaryLists) });
  const own = new Map(Object.entries(options.boundaries ?? {}).map(([name, wanted]) => [name, nearestBoundaries(wanted)]));
  const counted = countedMetrics(obs);

  return (request, given) => {
    // What both have they have alike, which their types do not say.
    const response = given as ServerResponse;
    try {
      const { method } = request;
      if (method !== 'GET' && method !== 'HEAD') return answer(response, 405, 'Only GET and HEAD.\n', { allow: 'GET, HEAD' });
      const text = writeExposition(counted(), ({ name, unit }) => own.get(name) ?? boundariesOf(unit));
      answer(response, 200, text, { 'content-type': expositionType, 'cache-control': 'no-store' });
    } catch {
      fail(response);
    }
  };
}

function answer(response: ServerResponse, status: number, text: string, headers: Readonly<Record<string, string>>): void {
  const body = Buffer.from(text);
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'content-length': body.length, ...headers });
  // With HEAD, Node keeps it.
  response.end(body);
}

/** The host has answered already, or done something else to its response: its request must not hang, nor its process end. */
function fail(response: ServerResponse): void {
  try {
    if (!response.headersSent) response.statusCode = 500;
    response.end();
  } catch {
    // There is nobody left to tell.
  }
}

function isAscending(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0 || value.length > maxBoundaries) return false;
  return value.every((each, at) => typeof each === 'number' && each > (at === 0 ? 0 : value[at - 1]) && Number.isFinite(each));
}
