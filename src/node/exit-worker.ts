/**
 * What the thread runs that sends while the process exits. A text and not a function: bundlers, coverage tools and minifiers put
 * names into functions that are not there in another thread. Its data is the `ExitWorkerData` of `exit-sender.ts`.
 */
export const exitWorker: string = `'use strict';
const http = require('node:http');
const { workerData: { letters, done } } = require('node:worker_threads');
// Loaded when it is needed: time is short.
const clientOf = (secure) => (secure ? require('node:https') : http);
const agents = {};
const agentOf = (secure) => (agents[secure] ??= new (clientOf(secure).Agent)({ keepAlive: true }));
let next = 0;
let open = letters.length;

// Nobody would hear of it.
process.on('uncaughtException', () => undefined);

function proceed() {
  if (next === letters.length) return;
  try {
    post(letters[next++]);
  } catch {
    finish();
  }
}

function finish() {
  if (--open === 0) {
    Atomics.store(done, 0, 1);
    Atomics.notify(done, 0);
  }
  // Not now: the connection is not free yet.
  setImmediate(proceed);
}

function follow(request, body) {
  let over = false;
  const end = () => {
    if (!over) finish();
    over = true;
  };
  request.on('response', (response) => {
    response.on('error', end).on('close', end).resume();
    // The answer is not read: it only has to be over, for the next request to use the connection.
    setTimeout(() => response.destroy(), 100);
  });
  request.on('error', end).on('close', end);
  if (body !== undefined) request.end(body);
  return end;
}

function post({ url, headers, body, proxy, tls }) {
  const target = new URL(url);
  const secure = target.protocol === 'https:';
  const method = 'POST';
  if (proxy === undefined) return follow(clientOf(secure).request(target, { method, headers, ...tls, agent: agentOf(secure) }), body);
  const { host, port } = proxy;
  const authorization = proxy.authorization === undefined ? {} : { 'proxy-authorization': proxy.authorization };
  if (!secure) {
    const given = { host: target.host, ...headers, ...authorization };
    return follow(clientOf(proxy.secure).request({ method, host, port, path: url, headers: given, agent: agentOf(proxy.secure) }), body);
  }
  const path = target.hostname + ':' + (target.port || 443);
  const tunnel = clientOf(proxy.secure).request({ method: 'CONNECT', host, port, path, headers: { host: path, ...authorization }, agent: false });
  const opened = (answer, socket) => {
    if (answer.statusCode !== 200) return void socket.destroy();
    const name = target.hostname.replace(/[\\[\\]]/g, '');
    const servername = require('node:net').isIP(name) ? undefined : name;
    const createConnection = () => require('node:tls').connect({ host: name, servername, ...tls, socket });
    tunnel.off('close', end);
    const request = clientOf(true).request(target, { method, headers, createConnection });
    request.on('response', (response) => setTimeout(() => socket.destroy(), 100)).on('error', end).on('close', end).end(body);
  };
  const end = follow(tunnel.on('connect', opened));
  tunnel.end();
}

for (let count = 0; count < 8; count++) proceed();
`;
