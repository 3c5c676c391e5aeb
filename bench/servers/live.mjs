// A program of 10,000 events a second whose live stream others watch: timed calls of 50 names, and spans.
const { createObservability, startLiveServer } = await import(process.env.BENCH_SDK ?? '../../dist/node/index.js');

const rate = Number(process.env.BENCH_RATE ?? 10_000);
const obs = createObservability({ serviceName: 'bench', environment: 'production', sources: false, sinks: [] });
const { url } = await startLiveServer({ obs, port: 0 });
const names = Array.from({ length: 50 }, (_, index) => `work ${index}`);
const startedAt = performance.now();
let events = 0;

// What is due by now: a late timer takes nothing from the rate.
setInterval(() => {
  const due = ((performance.now() - startedAt) / 1_000) * rate;
  for (; events < due; events += 1) {
    if (events % 4 === 0) obs.tracer.startSpan('request', { attributes: { 'http.route': '/orders/:id' } }, nothing);
    else obs.profiler.profile(names[events % names.length], nothing);
  }
}, 10);

process.on('message', () => process.send({ cpu: process.cpuUsage(), events, at: performance.now() }));
process.on('disconnect', () => process.exit());
process.send({ url });

function nothing() {}
