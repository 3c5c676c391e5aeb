import { incomingRequests } from '#sdk';
import type { RequestLoggerOptions, RequestSignal, ResponseSignal, Signal } from '#sdk';
import { observe, until } from './observed.ts';
import type { Observed } from './observed.ts';

/** A manager with request logging, and what that told. */
export interface Logged extends Observed {
  readonly signals: readonly Signal[];
  readonly requests: readonly RequestSignal[];
  readonly responses: readonly ResponseSignal[];
  /** The responses, once there are as many. */
  answers(count?: number): Promise<readonly ResponseSignal[]>;
  /** The same once all is over: there are no others. */
  allAnswers(count?: number): Promise<readonly ResponseSignal[]>;
}

export function log(requestLogging: RequestLoggerOptions = {}, options: Parameters<typeof observe>[0] = {}): Logged {
  const observed = observe({ sources: [incomingRequests()], requestLogging, ...options });
  const signals: Signal[] = [];
  const requests: RequestSignal[] = [];
  const responses: ResponseSignal[] = [];
  observed.obs.signals$.subscribe((signal) => {
    signals.push(signal);
    if (signal.kind === 'request') requests.push(signal);
    if (signal.kind === 'response') responses.push(signal);
  });
  async function answers(count = 1): Promise<readonly ResponseSignal[]> {
    await until(() => responses.length >= count);
    return responses;
  }
  return {
    ...observed,
    signals,
    requests,
    responses,
    answers,
    async allAnswers(count = 1) {
      await answers(count);
      // What is open is ended by that: whatever was told twice, or not at all, is there now.
      await observed.obs.shutdown();
      const ids = responses.map(({ requestId }) => requestId).sort();
      if (responses.length !== count) throw new Error(`expected ${count} responses, got ${responses.length}`);
      if (String(requests.map(({ requestId }) => requestId).sort()) !== String(ids)) throw new Error('requests and responses are no pairs');
      return responses;
    },
  };
}

/** The head of a request, as bytes. */
export function head(first: string, ...lines: readonly string[]): string {
  return `${[`${first} HTTP/1.1`, 'Host: shop.example', ...lines].join('\r\n')}\r\n\r\n`;
}
