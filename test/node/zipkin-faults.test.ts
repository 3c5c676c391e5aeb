import { zipkinSink } from '#sdk';
import { failsAsTold } from '../helpers/span-sink-faults.ts';

failsAsTold({
  name: 'zipkin',
  receiver: 'a Zipkin server',
  path: '/api/v2/spans',
  create: (endpoint) => zipkinSink({ endpoint }),
  spanIds: ({ body }) => (JSON.parse(body.toString()) as readonly { readonly id: string }[]).map(({ id }) => id),
});
