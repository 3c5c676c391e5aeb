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
const sessions = {};
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

function post(letter) {
  const { url, headers, body, proxy, tls, http2 } = letter;
  const target = new URL(url);
  const secure = target.protocol === 'https:';
  if (http2) return call(letter, target, secure);
  const method = 'POST';
  if (proxy === undefined) return follow(clientOf(secure).request(target, { method, headers, ...tls, agent: agentOf(secure) }), body);
  const { host, port } = proxy;
  const authorization = proxy.authorization === undefined ? {} : { 'proxy-authorization': proxy.authorization };
  if (!secure) {
    const given = { host: target.host, ...headers, ...authorization };
    return follow(clientOf(proxy.secure).request({ method, host, port, path: url, headers: given, agent: agentOf(proxy.secure) }), body);
  }
  const tunnel = tunnelTo(target, proxy, (socket) => {
    const createConnection = () => encrypted(socket, target, tls);
    tunnel.off('close', end);
    const request = clientOf(true).request(target, { method, headers, createConnection });
    request.on('response', (response) => setTimeout(() => socket.destroy(), 100)).on('error', end).on('close', end).end(body);
  });
  const end = follow(tunnel);
  tunnel.end();
}

function tunnelTo(target, { secure, host, port, authorization }, opened) {
  const path = target.hostname + ':' + (target.port || (target.protocol === 'https:' ? 443 : 80));
  const headers = authorization === undefined ? { host: path } : { host: path, 'proxy-authorization': authorization };
  const tunnel = clientOf(secure).request({ method: 'CONNECT', host, port, path, headers, agent: false });
  return tunnel.on('connect', (answer, socket, head) => {
    if (answer.statusCode !== 200) return void socket.destroy();
    if (head.length > 0) socket.unshift(head);
    opened(socket);
  });
}

function encrypted(socket, target, options) {
  const host = target.hostname.replace(/[\\[\\]]/g, '');
  const servername = require('node:net').isIP(host) ? undefined : host;
  return require('node:tls').connect({ host, servername, ...options, socket });
}

// One connection a receiver, for all calls.
function call({ headers, body, proxy, tls }, target, secure) {
  let over = false;
  const end = () => {
    if (!over) finish();
    over = true;
  };
  (sessions[JSON.stringify([target.origin, proxy, tls])] ??= connected(target, secure, proxy, tls)).then((session) => {
    const stream = session.request(headers);
    stream.on('response', () => {
      stream.resume();
      setTimeout(end, 100);
    });
    stream.on('end', end).on('error', end).on('close', end).end(body);
  }).catch(end);
}

function connected(target, secure, proxy, tls) {
  const { connect } = require('node:http2');
  const ready = (options) => connect(target.origin, { ...tls, ...options }).on('error', () => undefined);
  if (proxy === undefined) return Promise.resolve(ready({}));
  return new Promise((resolve, reject) => {
    const open = (socket) => {
      const used = secure ? encrypted(socket, target, { ...tls, ALPNProtocols: ['h2'] }) : socket;
      resolve(ready({ createConnection: () => used }));
    };
    tunnelTo(target, proxy, open).on('error', reject).on('close', reject).on('response', reject).end();
  });
}

for (let count = 0; count < 8; count++) proceed();
`;
