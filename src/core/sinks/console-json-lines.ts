import type { Attributes, LogSignal, RequestSignal, ResponseSignal, SeverityName, Signal } from '../signal.ts';
import { jsonLine, maxLine } from './console-json.ts';
import { levelOf } from './console-line.ts';
import { createIsoClock } from './iso-clock.ts';
import { createToJson } from './json-fields.ts';
import { quotable } from './json-text.ts';

type Heads = Readonly<Record<SeverityName, string>>;

/**
 * Does what `jsonLine` does. For the kinds of which a server has one or more a request it puts the line together itself, of as few
 * pieces as possible: each costs. `resource` are the attributes that every signal carries. Never throws.
 */
export function createJsonLines(resource: Attributes): (signal: Signal) => string {
  const heads = { request: headsOf('request'), response: headsOf('response'), log: headsOf('log') };
  const isoTime = createIsoClock();
  const json = createToJson(resource);

  function lineOf(signal: RequestSignal | ResponseSignal | LogSignal): string {
    const { kind, name, timestamp, attributes, trace, requestId, sessionId } = signal;
    const head = heads[kind][levelOf(signal)];
    if (typeof head !== 'string' || typeof timestamp !== 'number') throw new TypeError('no signal of ours');
    // Each text leaves its quote to the next piece.
    let line = `{"time":"${isoTime(timestamp)}${head}${quotable(name)}`;
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
    let line = exchangeJson(side, method, path);
    line += params === undefined ? `","status":"${quotable(status)}"` : `"${json(',"params":{', params)},"status":"${quotable(status)}"`;
    if (statusCode !== undefined) line += `,"statusCode":${numberJson(statusCode)}`;
    if (duration !== undefined) line += `,"duration":${numberJson(duration)}`;
    if (error !== undefined) line += json(',"error":{', error);
    if (headers !== undefined) line += json(',"headers":{', headers);
    if (requestData !== undefined) line += json(',"requestData":{', requestData);
    return data === undefined ? line : line + json(',"data":{', data);
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

function headsOf(kind: Signal['kind']): Heads {
  const head = (level: SeverityName): string => `","level":"${level}","kind":"${kind}","name":"`;
  return { trace: head('trace'), debug: head('debug'), info: head('info'), warn: head('warn'), error: head('error'), fatal: head('fatal') };
}

function exchangeJson(side: RequestSignal['side'], method: string, path: string): string {
  const start = side === undefined ? '' : `","side":"${quotable(side)}`;
  return `${start}","method":"${quotable(method)}","path":"${quotable(path)}`;
}

function numberJson(value: number): string {
  if (typeof value !== 'number') throw new TypeError('no number');
  return Number.isFinite(value) ? String(value) : 'null';
}
