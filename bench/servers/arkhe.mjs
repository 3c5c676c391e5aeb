// This package tracing, as the peer does: every source of Node on, no request logged, before a sink that takes everything at once.
import * as http from 'node:http';
import { createObservability } from '../../dist/node/index.js';
import { serveHello } from './hello.mjs';

let spans = 0;
const write = (batch) => {
  for (const { kind } of batch) if (kind === 'span') spans += 1;
};
const obs = createObservability({ serviceName: 'bench', environment: 'production', requestLogging: false, sinks: [{ name: 'null', write }] });

serveHello(http, async () => {
  await obs.flush();
  return spans;
});
