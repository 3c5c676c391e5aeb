import type { Attributes, LogSignal, RequestSide, RequestSignal, RequestStatus, ResponseSignal, SeverityName, Signal } from '../signal.ts';
import { jsonLine, maxLine } from './console-json.ts';
import { levelOf } from './console-line.ts';
import { createIsoClock } from './iso-clock.ts';
import { createToJson } from './json-fields.ts';
import { quotable } from './json-text.ts';

/** What of a line comes again and again, by what makes it differ. */
type Phrase<K> = (key: K) => string;
/** Maps, because what is none of ours must not be found in a prototype. */
type Phrases<N, K> = ReadonlyMap<N, Phrase<K>>;

/** Names and methods come from requests too, so the memory for them is bounded. */
const maxPhrases = 1_000;
const longest = 256;
const levels: readonly SeverityName[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
const statuses: readonly RequestStatus[] = ['success', 'error', 'abandoned'];
const sides: readonly (RequestSide | undefined)[] = ['server', 'client', undefined];

/**
 * Does what `jsonLine` does. For the kinds of which a server has one or more a request it puts the line together itself, of as few
 * pieces as possible: each costs. `resource` are the attributes that every signal carries. Never throws.
 */
export function createJsonLines(resource: Attributes): (signal: Signal) => string {
  const heads = { request: headsOf('request'), response: headsOf('response'), log: headsOf('log') };
  const outcomes = new Map(statuses.map((status) => [status, outcomeOf(status)]));
  const methods = new Map(sides.map((side) => [side, methodOf(side)]));
  const isoTime = createIsoClock();
  const json = createToJson(resource);

  function lineOf(signal: RequestSignal | ResponseSignal | LogSignal): string {
    const { kind, name, timestamp, attributes, trace, requestId, sessionId } = signal;
    if (typeof timestamp !== 'number') throw new TypeError('no time');
    // Each text leaves its quote to the next piece.
    let line = `{"time":"${isoTime(timestamp)}${say(heads[kind], levelOf(signal), name)}`;
    if (trace !== undefined) line += `","traceId":"${quotable(trace.traceId)}","spanId":"${quotable(trace.spanId)}`;
    if (requestId !== undefined) line += `","requestId":"${quotable(requestId)}`;
    if (sessionId !== undefined) line += `","sessionId":"${quotable(sessionId)}`;
    line += kind === 'response' ? responseJson(signal) : kind === 'request' ? requestJson(signal) : messageJson(signal);
    return `${line}${json(',"attributes":{', attributes)}}`;
  }

  function requestJson({ side, method, path, params, headers }: RequestSignal): string {
    return `${exchangeJson(side, method, path)}"${json(',"params":{', params)}${json(',"headers":{', headers)}`;
  }

  function responseJson({ side, method, path, params, status, statusCode, duration, error, headers, requestData, data }: ResponseSignal): string {
    let line = `${exchangeJson(side, method, path)}"`;
    if (params !== undefined) line += json(',"params":{', params);
    line += say(outcomes, status, statusCode) + numberJson(duration);
    if (error !== undefined) line += json(',"error":{', error);
    if (headers !== undefined) line += json(',"headers":{', headers);
    if (requestData !== undefined) line += json(',"requestData":{', requestData);
    return data === undefined ? line : line + json(',"data":{', data);
  }

  function exchangeJson(side: RequestSignal['side'], method: string, path: string): string {
    return say(methods, side, method) + quotable(path);
  }

  function messageJson({ eventId, message, context }: LogSignal): string {
    return `","eventId":"${quotable(eventId)}","message":"${quotable(message)}"${json(',"context":{', context)}`;
  }

  return (signal) => {
    const { kind } = signal;
    if (kind !== 'response' && kind !== 'request' && kind !== 'log') return jsonLine(signal);
    try {
      const line = lineOf(signal);
      // A longer one is shortened there.
      return line.length <= maxLine ? line : jsonLine(signal);
    } catch {
      return jsonLine(signal); // Not what its kind says: a user's operator made it.
    }
  };
}

function headsOf(kind: Signal['kind']): Phrases<SeverityName, string> {
  const head = (level: SeverityName): Phrase<string> => phrase((name) => `","level":"${level}","kind":"${kind}","name":"${quotable(name)}`);
  return new Map(levels.map((level) => [level, head(level)]));
}

function outcomeOf(status: RequestStatus): Phrase<number | undefined> {
  return phrase((code) => `,"status":"${status}"${code === undefined ? '' : `,"statusCode":${numberJson(code)}`},"duration":`);
}

function methodOf(side: RequestSide | undefined): Phrase<string> {
  const start = side === undefined ? '' : `","side":"${side}`;
  return phrase((method) => `${start}","method":"${quotable(method)}","path":"`);
}

function say<N, K>(phrases: Phrases<N, K>, name: N, key: K): string {
  const made = phrases.get(name);
  if (made === undefined) throw new TypeError('none of ours');
  return made(key);
}

function phrase<K>(make: Phrase<K>): Phrase<K> {
  const known = new Map<K, string>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const text = make(key);
    if (known.size >= maxPhrases) known.clear();
    if (text.length <= longest) known.set(key, text);
    return text;
  };
}

function numberJson(value: number): string {
  if (typeof value !== 'number') throw new TypeError('no number');
  return Number.isFinite(value) ? String(value) : 'null';
}
