// The work every contender does: spans with four attributes, a turn of the event loop every so many. What it prints is read by main.mjs.
const count = Number(process.env.SPANS);
const warmUp = Number(process.env.WARM_UP);
const turn = Number(process.env.TURN);

export async function exportSpans({ span, flush, accounted }) {
  async function work(spans, turn) {
    for (let index = 0; index < spans; index += 1) {
      span(`operation ${index % 8}`, {
        'http.request.method': 'GET',
        'http.route': '/users/:id',
        'http.response.status_code': 200,
        'user.number': index,
      });
      if (index % turn === turn - 1) await new Promise(setImmediate);
    }
    await flush();
  }

  // A service runs for hours: what the compiler of its first second costs is not what a span costs. Paced so that nobody loses any.
  await work(warmUp, 100);
  await new Promise((resolve) => process.once('message', resolve).send('warm'));

  const before = accounted();
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work(count, turn);
  const milliseconds = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  console.log(JSON.stringify({ milliseconds, cpu: user + system, accounted: accounted() - before }));
  process.exit();
}
