// The server every contender serves with: `node:http`, and a few bytes of JSON. It tells its parent where it listens, and when asked
// what it has cost so far, in microseconds of CPU, and how many spans were made.
export function serveHello({ createServer }, spans) {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"hello":"world"}');
  });
  process.on('message', async () => {
    const { user, system } = process.cpuUsage();
    process.send({ cpu: user + system, spans: await spans() });
  });
  process.on('disconnect', () => process.exit());
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
}
