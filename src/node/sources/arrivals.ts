import type { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { httpSpanName } from '../../core/http/http-attributes.ts';
import type { Ignores } from '../../core/http/ignore.ts';
import { isOwnExport } from '../../core/http/own-export.ts';
import { endAborted, endAnswered } from '../../core/http/outcome.ts';
import { pathOf, serverAttributes } from '../../core/http/server-attributes.ts';
import type { Span } from '../../core/tracing/span.ts';
import type { SourceTracing } from '../../core/tracing/source-tracing.ts';
import type { IncomingRequest } from './incoming-requests.ts';
import { patchMethod } from './patch-method.ts';

/** A request that comes in, by whichever version of HTTP. */
export interface Arriving {
  readonly method: string;
  /** As it stands in the request. */
  readonly target: string;
  readonly scheme: string;
  readonly host: string | undefined;
  readonly protocolVersion: string;
  readonly headers: IncomingHttpHeaders;
}

/** A request that is served. */
export interface Arrival {
  readonly span: Span;
  readonly method: string;
  /** The route, once a framework has told it. */
  route: string | undefined;
}

/** Begins and ends the spans of requests that come in. */
export interface Arrivals {
  /**
   * `undefined`: it is not to be seen. In any case nothing of what was active on its connection before is left. `body` is what the
   * rest of the request comes by, when there is a rest.
   */
  begin(arriving: Arriving, body?: EventEmitter): Arrival | undefined;
  /** `statusCode` is undefined when not even the head of the answer was sent. */
  end(arrival: Arrival, statusCode: number | undefined, wasAborted: boolean): void;
}

export function createArrivals(tracing: SourceTracing, ignores: Ignores<IncomingRequest> | undefined): Arrivals {
  function isSeen({ method, target, headers }: Arriving): boolean {
    if (!tracing.observes()) return false;
    if (isOwnExport({ method, target, userAgent: headers['user-agent'], contentType: headers['content-type'] })) return false;
    return ignores === undefined || !ignores({ method, path: pathOf(target) }, tracing);
  }

  /** A span of few names: `GET /orders/:id`. Who gave it a name of another kind knows better. */
  function nameByRoute({ span, method, route }: Arrival): string | undefined {
    const given = tracing.attributeOf(span, 'http.route');
    const known = typeof given === 'string' ? given : route;
    if (known !== undefined && span.name === httpSpanName(method)) span.updateName(httpSpanName(method, known));
    return known;
  }

  return {
    begin(arriving, body) {
      if (!isSeen(arriving)) {
        tracing.enter(undefined);
        return undefined;
      }
      const { method, headers, target, scheme, host, protocolVersion } = arriving;
      const span = tracing.startSpan(httpSpanName(method), {
        kind: 'server',
        attributes: serverAttributes({ method, target, scheme, host, protocolVersion, userAgent: headers['user-agent'] }),
        // Never what is active here: that may be left over from the request before.
        from: tracing.extract(headers),
      });
      tracing.enter(span);
      // Node tells of what comes later from outside of the handler.
      if (body !== undefined) patchMethod(body, 'emit', (_, args, proceed) => tracing.run(span, () => proceed(args)));
      return { span, method, route: undefined };
    },
    end(arrival, statusCode, wasAborted) {
      const { span } = arrival;
      const route = nameByRoute(arrival);
      if (wasAborted || statusCode === undefined) endAborted(span, statusCode, route);
      else endAnswered(span, statusCode, 500, route);
    },
  };
}
