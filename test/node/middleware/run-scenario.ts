import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { ObservabilityOptions, Signal, SignalOf } from '#sdk';
import { recorded } from '../../helpers/recorded.ts';
import { until } from '../sources/observed.ts';
import { connectTo } from './client.ts';
import type { Handlers, StartFramework } from './framework.ts';
import { countAnswers, deadline } from './scenarios.ts';
import type { Scenario, Told } from './scenarios.ts';

/** What a scenario led to. */
export interface Outcome {
  /** One of each request, in order. */
  readonly told: readonly Told[];
  /** How many answers the client got, and the ids they carry. */
  readonly answers: number;
  readonly answeredIds: readonly string[];
  /** The ids of the requests, in order. */
  readonly requestIds: readonly string[];
  /** What the manager said of itself. */
  readonly health: readonly string[];
}

/** Puts a framework that is started for it through a scenario, and gives back what was told once all of its connections are closed. */
export async function runScenario(scenario: Scenario, start: StartFramework, sources: ObservabilityOptions['sources']): Promise<Outcome> {
  const { obs, clock, signals, health, ofKind } = recorded({ environment: 'production', sources, requestLogging: { deadline } });
  const seen: (string | undefined)[] = [];
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const handlers: Handlers = {
    entered() {
      seen.push(obs.requestLogger.current()?.requestId);
      obs.logger.info('in a handler');
    },
    failure: () => new RangeError('no such order'),
    released,
    async *pieces() {
      for (const piece of ['first piece', 'second piece']) {
        yield piece;
        // A client that gets them only when all are there would wait for ever.
        await client.gets(piece);
      }
      yield 'last piece';
    },
    writeHeadTwice(response) {
      response.writeHead(200);
      response.writeHead(200);
    },
  };
  const { server, close } = await start(obs, handlers);
  const client = await connectTo((server.address() as AddressInfo).port);
  try {
    await scenario.act({
      client,
      told: (kind, count = 1) => until(() => ofKind(kind).length >= count),
      entered: () => until(() => seen.length > 0),
      release,
      passDeadline: () => clock.advance(2 * deadline),
    });
    await until(() => ofKind('response').length >= scenario.expected.length);
  } finally {
    release();
    client.hangUp();
    // Only then nothing more can come.
    const closed = once(server, 'close');
    await close();
    await closed;
  }
  await obs.flush();
  const requestIds = ofKind('request').map(({ requestId }) => requestId);
  const told = requestIds.map((id) => toldOf(signals.filter((signal) => signal.requestId === id), seen));
  await obs.shutdown();
  return {
    told,
    answers: countAnswers(client.received()),
    answeredIds: client.header('x-request-id'),
    requestIds,
    health: health.map((said) => ('message' in said ? `${said.name}: ${said.message}` : said.type)),
  };
}

function toldOf(signals: readonly Signal[], seen: readonly (string | undefined)[]): Told {
  const response = signals.find((signal): signal is SignalOf<'response'> => signal.kind === 'response');
  const span = signals.find((signal): signal is SignalOf<'span'> => signal.kind === 'span');
  const wasHandled = signals.some(({ kind }) => kind === 'log');
  const traces = new Set(signals.filter(({ kind }) => kind !== 'metric').map(({ trace }) => trace?.traceId));
  const exception = span?.events.find(({ name }) => name === 'exception')?.attributes;
  return {
    kinds: signals.map(({ kind }) => kind),
    status: String(response?.status),
    statusCode: response?.statusCode,
    route: response?.attributes['http.route'] as string | undefined,
    params: response?.params,
    error: response?.error && `${response.error.type}: ${response.error.message}`,
    errorType: response?.attributes['error.type'] as string | undefined,
    exception: exception && `${String(exception['exception.type'])}: ${String(exception['exception.message'])}`,
    isCorrelated: traces.size === 1 && !traces.has(undefined) && (!wasHandled || seen.includes(signals[0]?.requestId)),
  };
}
