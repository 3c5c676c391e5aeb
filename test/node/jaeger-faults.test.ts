import { jaegerSink } from '#sdk';
import { decodeJaegerBatch } from '../helpers/decode-thrift.ts';
import { failsAsTold } from '../helpers/span-sink-faults.ts';

failsAsTold({
  name: 'jaeger',
  receiver: "Jaeger's collector",
  path: '/api/traces',
  create: (endpoint) => jaegerSink({ endpoint }),
  spanIds: ({ body }) => decodeJaegerBatch(body).spans.map(({ spanId }) => String(spanId)),
});
