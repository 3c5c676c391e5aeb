import { channel } from 'node:diagnostics_channel';
import http from 'node:http';
import https from 'node:https';
import Module from 'node:module';
import net from 'node:net';
import { probeGlobals } from './global-probe.ts';
import type { Probe } from './global-probe.ts';

export { changed } from './global-probe.ts';

/** Those that Sentry listens to. */
const channels = [
  ...['http.client.request.start', 'http.client.request.created', 'http.client.response.finish', 'http.server.request.start'],
  ...['undici:request:create', 'undici:request:headers', 'undici:request:trailers', 'undici:request:error', 'child_process', 'worker_threads'],
];

/** What is everybody's in a Node process. */
export function probeProcess(): Probe {
  const found = new Map(probeGlobals());
  const parts = { http, https, 'http.ClientRequest': http.ClientRequest.prototype, 'http.Server': http.Server.prototype, 'net.Socket': net.Socket.prototype, Module, 'Module.prototype': Module.prototype };
  for (const [name, part] of Object.entries(parts)) {
    for (const key of Reflect.ownKeys(part)) found.set(`${name}.${String(key)}`, Object.getOwnPropertyDescriptor(part, key)?.value);
  }
  for (const name of process.eventNames()) {
    // Each by itself: a list of them is another one every time.
    process.rawListeners(name as 'exit').forEach((listener, index) => found.set(`process.on(${String(name)})[${index}]`, listener));
  }
  for (const name of channels) found.set(`channel ${name}`, channel(name).hasSubscribers);
  return found;
}
