// What an application answers is what the client gets, and the id of its request besides.
import type { RequestListener, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { incomingRequests } from '#sdk';
import { head } from './logged.ts';
import { connectRaw, observe, serve, undoAll, until } from './observed.ts';

afterEach(undoAll);

/** The head that arrives, line by line, without the day and the id. */
async function answerOf(listener: RequestListener): Promise<readonly string[]> {
  const client = await connectRaw(await serve(listener));
  client.write(head('GET /', 'Connection: close'));
  await until(() => client.socket.destroyed || client.socket.readableEnded);
  const [lines = ''] = client.received().split('\r\n\r\n', 1);
  return lines.split('\r\n').filter((line) => !/^date:|^x-request-id: [\da-f-]{36}$/i.test(line));
}

const answers: readonly (readonly [string, (response: ServerResponse) => unknown])[] = [
  ['an object', (r) => r.writeHead(200, { 'X-A': '1', 'content-type': 'text/plain' }).end('ok')],
  ['names that differ in case alone', (r) => r.writeHead(200, { 'Set-Cookie': 'a=1', 'set-cookie': 'b=2' }).end()],
  ['several cookies', (r) => r.writeHead(200, { 'Set-Cookie': ['a=1', 'b=2'] }).end()],
  ['a list', (r) => r.writeHead(200, ['X-A', '1', 'x-a', '2', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']).end()],
  ['a list of pairs', (r) => r.writeHead(200, [['X-A', '1'], ['x-a', '2']] as never).end()],
  ['a status message', (r) => r.writeHead(418, 'short and stout', { a: 'b' }).end()],
  ['headers set before, and more with the head', (r) => (r.setHeader('X-A', ['1', '2']), r.writeHead(200, { 'X-B': '3', 'x-a': '4' }).end())],
  ['no head of its own', (r) => r.end('ok')],
  ['nothing', (r) => r.writeHead(204).end()],
  ['pieces', (r) => (r.write('a'), r.end('b'))],
  ['a head that fails half way, then another', (r) => {
    try {
      r.writeHead(200, { 'X-Leak': 'secret', 'X-Bad': undefined });
    } catch {
      r.writeHead(500, { 'Content-Type': 'text/plain' }).end('failed');
    }
  }],
  ['a name that is none', (r) => {
    try {
      r.writeHead(200, { '': 'x', a: 'b' });
    } catch (error) {
      r.end(String((error as NodeJS.ErrnoException).code));
    }
  }],
  ['all headers taken off again', (r) => {
    r.setHeader('X-A', '1');
    for (const name of r.getHeaderNames()) r.removeHeader(name);
    r.end(JSON.stringify(r.getHeaders()));
  }],
];

describe('the head of an answer', () => {
  it.each(answers)('is as without the source: %s', async (_, answer) => {
    const bare = await answerOf((_request, response) => void answer(response));
    expect(bare[0]).toMatch(/^HTTP\/1\.1 /);
    observe({ sources: [incomingRequests()] });
    expect(await answerOf((_request, response) => void answer(response))).toEqual(bare);
  });

  it.each(answers)('has the id of its request: %s', async (_, answer) => {
    const { obs } = observe({ sources: [incomingRequests()] });
    const ids: unknown[] = [];
    obs.responses$.subscribe(({ requestId }) => ids.push(requestId));
    const client = await connectRaw(await serve((_request, response) => void answer(response)));
    client.write(head('GET /', 'Connection: close'));
    await until(() => ids.length === 1 && client.received().includes('\r\n\r\n'));
    expect(client.received().match(/^x-request-id: .*(?=\r$)/gim)).toEqual([`x-request-id: ${String(ids[0])}`]);
  });

  it.each<readonly [string, (response: ServerResponse) => unknown]>([
    ['set', (r) => (r.setHeader('X-Request-ID', 'mine'), r.end())],
    ['written in an object', (r) => r.writeHead(200, { 'X-Request-Id': 'mine' }).end()],
    ['written in an object without prototype', (r) => r.writeHead(200, Object.assign(Object.create(null), { 'X-Request-Id': 'mine' })).end()],
    ['written in a list', (r) => r.writeHead(200, ['a', 'b', 'x-request-id', 'mine']).end()],
    ['written in a list of pairs', (r) => r.writeHead(200, [['x-request-id', 'mine']] as never).end()],
  ])('has the id that the application says instead: %s', async (_, answer) => {
    observe({ sources: [incomingRequests()] });
    const lines = await answerOf((_request, response) => void answer(response));
    expect(lines.filter((line) => /^x-request-id/i.test(line)).map((line) => line.toLowerCase())).toEqual(['x-request-id: mine']);
  });

  it('has one id, however many managers look, and still has it when one of them is shut down', async () => {
    const managers = [1, 2].map(() => observe({ sources: [incomingRequests()] }));
    const idsOf = async (): Promise<number> => {
      const client = await connectRaw(await serve((_, response) => void response.end('ok')));
      client.write(head('GET /'));
      await until(() => client.received().endsWith('ok'));
      return client.received().match(/^x-request-id: /gim)?.length ?? 0;
    };
    expect(await idsOf()).toBe(1);
    await managers[0]!.obs.shutdown();
    expect(await idsOf()).toBe(1);
    await managers[1]!.obs.shutdown();
    expect(await idsOf()).toBe(0);
  });

  it('is what is logged of it, whichever way it was written', async () => {
    const { obs } = observe({ sources: [incomingRequests()], requestLogging: { headers: ['content-type', 'content-length', 'set-cookie', 'x-none'] } });
    const headers: unknown[] = [];
    obs.responses$.subscribe((response) => headers.push(response.headers));
    await answerOf((_, response) => void response.writeHead(200, { 'Content-Type': 'text/plain' }).end('ok'));
    await answerOf((_, response) => (response.setHeader('content-type', 'text/html'), void response.end('<p>')));
    expect(headers).toEqual([{ 'content-type': 'text/plain' }, { 'content-type': 'text/html', 'content-length': '3' }]);
  });
});

describe('an answer that the server cuts off', () => {
  it('is a failure of its own, not of a client that went away', async () => {
    const { obs } = observe({ sources: [incomingRequests()] });
    const told: unknown[] = [];
    obs.responses$.subscribe(({ status, error, attributes }) => told.push([status, error?.type, attributes['error.type']]));
    await answerOf((_, response) => (response.write('part'), void response.destroy(new RangeError('no more'))));
    await until(() => told.length === 1);
    expect(told).toEqual([['error', 'RangeError', 'RangeError']]);
  });
});
