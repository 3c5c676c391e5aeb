import type { IncomingHttpHeaders } from 'node:http';
import { pathOf } from '../../core/http/server-attributes.ts';

/** A request, as far as a live stream can be told by it. */
export interface TargetLike {
  readonly method: string;
  /** As it stands in the request. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  /** What it is to the host: a request of HTTP/1, or a stream of HTTP/2. */
  readonly raw: object;
}

/** Also of another copy of this package in the process. */
const key: unique symbol = Symbol.for('@arkhe/observability/live-targets/1') as never;

interface ServerLike {
  [key]?: Set<string> | undefined;
}

/** More than an application serves; what anybody could make more of is not remembered. */
const maxTargets = 32;
const longestPath = 256;

/** From now on nothing is told of who asks the same of the same server: it was answered with a live stream, or with its page. */
export function leaveOut(asked: TargetLike): void {
  const server = serverOf(asked.raw);
  const name = nameOf(asked);
  if (server === undefined || name === undefined) return;
  const targets = (server[key] ??= new Set());
  if (targets.size < maxTargets) targets.add(name);
}

export function isLeftOut(asked: TargetLike): boolean {
  const targets = serverOf(asked.raw)?.[key];
  if (targets === undefined) return false;
  const name = nameOf(asked);
  return name !== undefined && targets.has(name);
}

/** Everybody else wants the page, or what belongs to it. */
export function asksForStream({ accept }: IncomingHttpHeaders): boolean {
  return accept?.toLowerCase().includes('text/event-stream') === true;
}

/** Not by the header `Host`, which anybody may write: another server may serve anything else at the same place. */
function serverOf(raw: object): ServerLike | undefined {
  const { socket, session } = raw as { readonly socket?: { readonly server?: ServerLike }; readonly session?: { readonly socket?: { readonly server?: ServerLike } } };
  return (socket ?? session?.socket)?.server;
}

/** An application may answer others at the same place: a stream is a stream only by what it accepts. */
function nameOf({ method, target, headers }: TargetLike): string | undefined {
  if (method !== 'GET') return undefined;
  const path = pathOf(target);
  if (path.length > longestPath) return undefined;
  return `${asksForStream(headers) ? 'stream' : 'file'} ${path}`;
}
