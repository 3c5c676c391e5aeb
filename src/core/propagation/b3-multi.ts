import type { Format } from './format.ts';
import { readB3 } from './read-b3.ts';

/** Zipkin's headers, `X-B3-*`. https://github.com/openzipkin/b3-propagation#multiple-headers */
export const b3Multi: Format = {
  // What somebody else said of the parent, or of debugging, is about another span.
  fields: ['x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'x-b3-parentspanid', 'x-b3-flags'],
  readTrace: readB3,
  write({ trace }, headers) {
    if (trace === undefined) return;
    headers['x-b3-traceid'] = trace.traceId;
    headers['x-b3-spanid'] = trace.spanId;
    headers['x-b3-sampled'] = trace.sampled ? '1' : '0';
  },
};
