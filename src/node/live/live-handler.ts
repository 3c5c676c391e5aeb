import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Subscription } from 'rxjs';
import { wrongOption } from '../../core/configuration-error.ts';
import { createLiveHub } from '../../core/live/live-hub.ts';
import { createStatisticsView } from '../../core/live/manager-statistics.ts';
import { readWishes } from '../../core/live/live-wishes.ts';
import { describeManager } from '../../core/live/describe-manager.ts';
import { handleOf } from '../../core/manager-handle.ts';
import type { ObservabilityManager } from '../../core/observability.ts';
import { createDashboardFiles } from './dashboard-files.ts';
import { createLiveAccess } from './live-access.ts';
import { createLiveClient } from './live-client.ts';
import type { LiveClient } from './live-client.ts';
import { commonHeaders, isOver, plainAnswer, readTarget, send } from './live-exchange.ts';
import type { LiveRequest, LiveResponse, LiveTarget } from './live-exchange.ts';
import { checkLiveOptions, liveChecks, liveSettings } from './live-options.ts';
import type { LiveHandlerOptions } from './live-options.ts';
import { leaveOut } from '../sources/live-targets.ts';
import type { TargetLike } from '../sources/live-targets.ts';
import { rawOf, settleArrival } from './settle-arrival.ts';

/** Answers requests of the live stream and of its page. Never throws. */
export type LiveHandler = (request: LiveRequest, response: LiveResponse) => void;

/** Between two signs of life, in milliseconds: less than proxies wait. */
const BEAT = 15_000;
/** Seconds after which a client that found no place may try again. */
const RETRY_AFTER = 5;

/**
 * The live stream of a manager, and the page that shows it, for any server of Node: as the listener of one, as `app.use('/live',
 * liveHandler(obs))` of Express, or with the raw request and response of another framework, HTTP/2 too. Who asks with `Accept:
 * text/event-stream` gets Server-Sent Events (see `LiveFrame`), everybody else the page. While nobody listens it costs nothing, and it
 * ends with the manager.
 *
 * Without a `token` it answers only programs on its own machine. With one, anybody may have the page, and who has the token the stream:
 * then use TLS, or the network will have the token, too.
 * @throws ConfigurationError for wrong options, or for what is no manager
 */
export function liveHandler(obs: ObservabilityManager, options: LiveHandlerOptions = {}): LiveHandler {
  return createLiveEndpoint(obs, options).handler;
}

/** The handler, and what ends its streams and lets go of the manager. */
export interface LiveEndpoint {
  readonly handler: LiveHandler;
  end(): void;
}

/** @throws ConfigurationError for wrong options, or for what is no manager */
export function createLiveEndpoint(obs: ObservabilityManager, options: LiveHandlerOptions): LiveEndpoint {
  const handle = handleOf(obs);
  if (handle === undefined) throw wrongOption('liveHandler', 'a manager of this SDK', obs);
  checkLiveOptions('liveHandler', options, liveChecks);
  const settings = liveSettings(options);
  const { clock, tracing, requests } = handle.sources;
  const ignored = (what: string): void => tracing.ignored('live', what);
  const failed = (error: unknown): void => ignored(`something failed: ${error instanceof Error ? error.name : typeof error}`);
  const { speaker, redactText } = describeManager(handle);
  const access = createLiveAccess(settings, ignored);
  const files = createDashboardFiles();
  const clients = new Set<LiveClient>();
  const hub = createLiveHub({
    obs,
    clock,
    view: settings.statistics ?? createStatisticsView(obs, clock),
    offer: settings,
    run: randomBytes(9).toString('hex'),
    speaker,
    redactText,
    failed,
    ignored,
  });
  // What begins with a request would be part of it, and keep it in memory, for as long as anybody listens.
  const outside = AsyncLocalStorage.snapshot();
  let beats: Subscription | undefined;

  const ending = new Subscription();

  function end(): void {
    ending.unsubscribe();
    for (const client of clients) client.end();
  }

  ending.add(obs.health$.subscribe({ complete: end }));

  function leave(client: LiveClient): void {
    clients.delete(client);
    if (clients.size > 0) return;
    beats?.unsubscribe();
    beats = undefined;
  }

  function stream(request: LiveRequest, response: ServerResponse, { query }: LiveTarget): void {
    // What stands before this may have waited: the connection that is gone by now will not say so again.
    if (isOver(response)) return;
    const shared = access.sharing(request);
    if (clients.size >= settings.maxClients || handle?.isShutDown === true) {
      if (clients.size >= settings.maxClients) ignored('a client for which there is no place');
      return send(request, response, plainAnswer(503, 'There is no place now.', { ...shared, 'retry-after': String(RETRY_AFTER) }));
    }
    response.writeHead(200, {
      ...commonHeaders,
      ...shared,
      'content-type': 'text/event-stream; charset=utf-8',
      // Proxies and middleware must neither keep nor gather it.
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    if (request.method === 'HEAD') return void response.end();
    response.flushHeaders();
    const { maxBuffered, dropAfter } = settings;
    const client = createLiveClient({
      response,
      clock,
      maxBuffered,
      dropAfter,
      skipped: (frames, number) => hub.frameFor('skipped', number, `{"frames":${frames}}`),
      dropped: () => ignored('a client that read too slowly: it was dropped'),
    });
    clients.add(client);
    beats ??= clock.every(BEAT).subscribe(() => {
      for (const each of clients) each.beat();
    });
    let leaveHub = (): void => undefined;
    response.once('close', () =>
      outside(() => {
        client.closed();
        leaveHub();
        leave(client);
      }),
    );
    response.on('error', () => undefined);
    const lastEventId = request.headers['last-event-id'];
    leaveHub = hub.join(readWishes(new URLSearchParams(query), settings, ignored), typeof lastEventId === 'string' ? lastEventId : undefined, client);
  }

  function page(request: LiveRequest, response: ServerResponse, target: LiveTarget): void {
    files
      .answer(request, target.segment)
      .then((answer) => {
        send(request, response, answer);
        if (answer.status < 400) leaveOut(asked(request, target));
      })
      .catch((error: unknown) => giveUp(error, request, response));
  }

  /** Nobody waits for an answer in vain. */
  function giveUp(error: unknown, request: LiveRequest, response: ServerResponse): void {
    failed(error);
    try {
      if (response.headersSent) response.destroy();
      else send(request, response, plainAnswer(500, 'This went wrong.'));
    } catch {
      // Middleware that let nothing through before does not now.
      response.destroy();
    }
  }

  function answer(request: LiveRequest, response: ServerResponse): void {
    const target = readTarget(request);
    const preflight = access.preflight(request);
    if (preflight !== undefined) return send(request, response, preflight);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return send(request, response, plainAnswer(405, 'Only GET and HEAD.', { allow: 'GET, HEAD' }));
    }
    const refusal = access.refuse(request, target.isStream);
    if (refusal !== undefined) return send(request, response, { ...refusal, headers: { ...refusal.headers, ...access.sharing(request) } });
    if (target.isStream) {
      stream(request, response, target);
      settleArrival(requests, request, response);
      leaveOut(asked(request, target));
    } else page(request, response, target);
  }

  function serve(request: LiveRequest, response: ServerResponse): void {
    try {
      answer(request, response);
    } catch (error) {
      giveUp(error, request, response);
    }
  }

  return { handler: (request, response) => outside(() => serve(request, response as ServerResponse)), end };
}

/** As it stands in the request. */
function asked(request: LiveRequest, { path }: LiveTarget): TargetLike {
  return { method: request.method ?? '', target: path, headers: request.headers, raw: rawOf(request) };
}
