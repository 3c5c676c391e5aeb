// What requests cost that were logged by hand and not answered yet, in bytes of the heap each. What it prints is read by requests.mjs.
import { createObservability } from '../dist/node/index.js';

const requests = 10_000;
const sinks = [{ name: 'null', write: () => undefined }];
const obs = createObservability({ serviceName: 'bench', environment: 'production', sources: [], sinks });

// What the first ones leave behind, compiled functions and tables, is no part of one.
for (let index = 0; index < requests; index += 1) obs.requestLogger.logResponse(log(index), { status: 200 });
const before = await heap();
const open = Array.from({ length: requests }, (_, index) => log(index));
const after = await heap();
console.log(JSON.stringify({ bytes: (after - before) / open.length }));
process.exit();

function log(index) {
  return obs.requestLogger.logRequest('GET', `/users/${index}`, { route: '/users/:id', headers: { accept: 'application/json' } });
}

/** Nothing waiting for a sink any more. */
async function heap() {
  await obs.flush();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
