import type { Format } from './format.ts';
import { readB3 } from './read-b3.ts';

/** Zipkin's headers as one, `b3`. https://github.com/openzipkin/b3-propagation#single-header */
export const b3: Format = {
  fields: ['b3'],
  readTrace: readB3,
  write({ trace }, headers) {
    if (trace !== undefined) headers['b3'] = `${trace.traceId}-${trace.spanId}-${trace.sampled ? '1' : '0'}`;
  },
};
