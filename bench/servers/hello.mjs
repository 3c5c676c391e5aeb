const neverAnswers = process.env.NEVER_ANSWERS === 'true';

/**
 * The server every contender serves with: `node:http`, and a few bytes of JSON, or no answer at all. It tells its parent where it
 * listens, and when asked `account`, what it has cost so far, in microseconds of CPU, for how many requests and spans; when asked
 * `{ open }`, how large its heap is once so many requests are open.
 */
export function serveHello({ createServer }, spans, log = () => undefined) {
  const open = [];
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    log(request, response);
    if (neverAnswers) return open.push(response);
    response.setHeader('content-type', 'application/json');
    response.end('{"hello":"world"}');
  });
  process.on('message', async (question) => {
    if (question === 'account') {
      const { user, system } = process.cpuUsage();
      return process.send({ cpu: user + system, requests, spans: await spans() });
    }
    while (open.length < question.open) await new Promise(setImmediate);
    await spans();
    globalThis.gc();
    process.send({ heap: process.memoryUsage().heapUsed });
  });
  process.on('disconnect', () => process.exit());
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
}
