// This package with its defaults, logging to the console as it does by default: with tracing, and without.
import * as http from 'node:http';
import { createObservability } from '../../dist/node/index.js';
import { serveHello } from './hello.mjs';

const obs = createObservability({ serviceName: 'bench', environment: 'production', tracing: process.env.BENCH_TRACING === 'true' });

serveHello(http, async () => {
  await obs.flush();
  return 0;
});
