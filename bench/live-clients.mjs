// Clients of a live stream, which read and forget. Told how many there shall be, says so when there are.
import { once } from 'node:events';
import { get } from 'node:http';

const url = process.env.BENCH_URL;
const clients = [];
let bytes = 0;

process.on('message', async (count) => {
  while (clients.length > count) clients.pop().destroy();
  while (clients.length < count) {
    const client = get(url, { agent: false, headers: { accept: 'text/event-stream' } });
    client.on('error', () => undefined);
    const [response] = await once(client, 'response');
    if (response.statusCode !== 200) throw new Error(`${response.statusCode}`);
    response.on('error', () => undefined);
    response.on('data', (chunk) => (bytes += chunk.length));
    clients.push(client);
  }
  process.send({ bytes });
});
process.on('disconnect', () => process.exit());
