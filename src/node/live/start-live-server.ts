import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Subscription } from 'rxjs';
import { configurationError, describeValue } from '../../core/configuration-error.ts';
import { handleOf } from '../../core/manager-handle.ts';
import type { ObservabilityManager } from '../../core/observability.ts';
import { optional } from '../../core/operators/option-checks.ts';
import { markUnseen } from '../sources/unseen-server.ts';
import { createLiveEndpoint } from './live-handler.ts';
import { checkLiveOptions, liveChecks } from './live-options.ts';
import type { LiveChecks, LiveHandlerOptions } from './live-options.ts';
import { isLoopbackName } from './loopback.ts';

/** Options of `startLiveServer`. */
export interface LiveServerOptions extends LiveHandlerOptions {
  /** Whose stream it is. Default: the process-wide manager, which is created when there is none. */
  readonly obs?: ObservabilityManager | undefined;
  /** 0: any that is free. Default 4319. */
  readonly port?: number | undefined;
  /** Where to listen. Any but this machine's own names needs a `token`. Default `127.0.0.1`. */
  readonly host?: string | undefined;
}

/** A server of the live stream and its page. */
export interface LiveServer {
  /** Of the page and of the stream, with a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** Ends all streams. Resolves when nothing is open any more; safe to call twice. */
  close(): Promise<void>;
}

/**
 * Serves the live stream of a manager, and the page that shows it, from a port of its own: see `liveHandler`. It neither keeps the process
 * alive, nor is anything told of its requests. It ends with the manager.
 *
 * Rejects when the port cannot be had, which is also said on `health$`: a program that does not wait for this goes on without it.
 * @throws ConfigurationError at once for wrong options
 */
export type StartLiveServer = (options?: LiveServerOptions) => Promise<LiveServer>;

const name = 'startLiveServer';
const defaultPort = 4319;

const checks: LiveChecks<LiveServerOptions> = {
  ...liveChecks,
  obs: optional({ expected: 'a manager of this SDK', passes: (value) => handleOf(value as ObservabilityManager) !== undefined }),
  port: optional({ expected: 'a port from 0 to 65535', passes: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535 }),
  host: optional({ expected: 'a name or an address', passes: (value) => typeof value === 'string' && /^[\w.:%-]{1,255}$/.test(value) }),
};

/** `processWide`: the manager of who names none. */
export function createStartLiveServer(processWide: () => ObservabilityManager): StartLiveServer {
  return (options = {}) => {
    checkLiveOptions(name, options, checks);
    const { obs = processWide(), port = defaultPort, host = '127.0.0.1', ...handlerOptions } = options;
    if (handlerOptions.token === undefined && !isLoopbackName(host)) {
      throw configurationError([{ path: `${name}.host`, expected: 'a name of this machine (127.0.0.1, ::1, localhost), or a `token` beside it', received: describeValue(host) }]);
    }
    const started = listen(obs, host, port, handlerOptions);
    // Who does not wait for it must not be ended by it.
    started.catch(() => undefined);
    return started;
  };
}

async function listen(obs: ObservabilityManager, host: string, port: number, options: LiveHandlerOptions): Promise<LiveServer> {
  const said = (what: string): void => handleOf(obs)?.sources.tracing.ignored(name, what);
  const { handler, end } = createLiveEndpoint(obs, options);
  const server = createServer(handler);
  markUnseen(server);
  server.on('connection', (socket) => void socket.unref());
  try {
    server.listen({ host, port });
    // Rejects when there is an error instead.
    await once(server, 'listening');
  } catch (error) {
    const { code, name: type } = error as NodeJS.ErrnoException;
    said(`the server cannot listen: ${code ?? type}`);
    end();
    throw error;
  }
  server.on('error', (error: NodeJS.ErrnoException) => said(`the server failed: ${error.code ?? error.name}`));
  server.unref();

  const ending = new Subscription();
  let closing: Promise<void> | undefined;
  function close(): Promise<void> {
    ending.unsubscribe();
    return (closing ??= new Promise((resolve) => {
      server.close(() => resolve());
      end();
      // Who does not take the end of its stream is not waited for.
      setImmediate(() => server.closeAllConnections());
    }));
  }
  ending.add(obs.health$.subscribe({ complete: () => void close() }));
  const { port: actual } = server.address() as AddressInfo;
  return { url: `http://${urlHost(host)}:${actual}/`, port: actual, close };
}

/** What listens everywhere is found under this machine's own name, too. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
