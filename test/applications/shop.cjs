// What the applications have in common: a handler that awaits, has a business span of OpenTelemetry's API and asks another service;
// one that throws; and an orderly end.
const { get } = require('node:http');
const { setTimeout: pause } = require('node:timers/promises');
const { trace } = require('@opentelemetry/api');

/** The order, as a handler that knows nothing of observability would find it. */
async function findOrder(id) {
  await pause(5);
  const stock = await (await fetch(`${process.env.STOCK_URL}/stock/${id}`)).json();
  const price = await ask(`${process.env.STOCK_URL}/price/${id}`);
  return trace.getTracer('shop').startActiveSpan('reserve', async (span) => {
    await pause(5);
    const { traceId, spanId } = trace.getActiveSpan().spanContext();
    span.end();
    return { id, ...stock, ...price, traceId, spanId };
  });
}

function ask(url) {
  return new Promise((resolve, reject) => {
    get(url, async (response) => resolve(JSON.parse((await response.toArray()).join('')))).on('error', reject);
  });
}

async function fail(id) {
  await pause(1);
  throw new Error(`no order ${id}`);
}

/** Tells the test the port, and ends when the test says so. */
function started(server) {
  console.log(`port ${server.address().port}`);
  process.once('SIGTERM', () => server.close());
}

module.exports = { findOrder, fail, started };
