// A collector that answers at once and throws everything away. Counting comes after the measurement: bodies are kept until they are
// asked for, and then searched for spans in a process that is not measured.
import { createServer } from 'node:http';

let bodies = [];

const server = createServer((request, response) => {
  if (request.url === '/count') {
    const spans = bodies.reduce((sum, body) => sum + spansIn(body), 0);
    bodies = [];
    return response.end(String(spans));
  }
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    bodies.push(Buffer.concat(chunks));
    response.setHeader('content-type', 'application/x-protobuf');
    response.end();
  });
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send(server.address().port));

/** `resource_spans` is field 1 of the request, `scope_spans` field 2 of it, `spans` field 2 of that. */
function spansIn(body) {
  return fields(body, 1).flatMap((resource) => fields(resource, 2)).reduce((sum, scope) => sum + fields(scope, 2).length, 0);
}

/** The length-delimited fields of a protobuf message that have this number; every field of these three messages is of that kind. */
function fields(message, wanted) {
  const found = [];
  for (let at = 0; at < message.length; ) {
    const tag = message[at++];
    let length = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = message[at++];
      length |= (byte & 0x7f) << shift;
      more = byte >= 0x80;
    }
    if (tag >> 3 === wanted) found.push(message.subarray(at, at + length));
    at += length;
  }
  return found;
}
