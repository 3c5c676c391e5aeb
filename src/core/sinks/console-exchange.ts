import { aborted, responseLevel } from '../requests/outcome.ts';
import type { AttributeValue, RequestSignal, ResponseSignal, SeverityName, SpanSignal } from '../signal.ts';
import { duration, printable } from './console-text.ts';
import type { Colour, Paint } from './console-text.ts';

export type Exchange = RequestSignal | ResponseSignal;

const longestPath = 500;

/** How grave a response is. */
export function levelOfResponse({ status, statusCode, attributes }: ResponseSignal): SeverityName {
  return responseLevel(status, statusCode, attributes?.['error.type']);
}

/** `→ GET /orders/:id  /orders/42?page=2`. Below its span without what the span says. */
export function requestText(request: RequestSignal, span: SpanSignal | undefined): string {
  return `→${nameText(request, span)}${pathText(request, span)}`;
}

/** `← 200 GET /orders/:id 132 ms  /orders/42?page=2`. Below its span without what the span says. */
export function responseText(response: ResponseSignal, span: SpanSignal | undefined, paint: Paint): string {
  const took = duration(response.duration);
  const time = span !== undefined && duration(span.duration) === took ? '' : ` ${took}`;
  return `← ${statusText(response, paint)}${nameText(response, span)}${time}${pathText(response, span)}`;
}

/** Whether the line of a request or response says an attribute already. */
export function saysAttribute(exchange: Exchange, key: string, value: AttributeValue): boolean {
  switch (key) {
    case 'url.path':
    case 'url.query':
    case 'url.full':
      return exchange.path.includes(String(value));
    case 'http.response.status_code':
      return exchange.kind === 'response' && value === exchange.statusCode;
    case 'error.type':
      return exchange.kind === 'response' && (value === aborted || value === String(exchange.statusCode) || value === exchange.error?.type);
    default:
      return false;
  }
}

function statusText(response: ResponseSignal, paint: Paint): string {
  const { status, statusCode, attributes } = response;
  const word = attributes['error.type'] === aborted ? aborted : status;
  const cutOff = word === aborted || word === 'abandoned';
  const text = statusCode === undefined ? word : `${statusCode}${cutOff ? ` ${word}` : ''}`;
  return paint(colourOf(levelOfResponse(response)), printable(text, 20));
}

function colourOf(level: SeverityName): Colour {
  if (level === 'error') return 'red';
  return level === 'warn' ? 'yellow' : 'green';
}

function nameText(exchange: Exchange, span: SpanSignal | undefined): string {
  return span?.name === exchange.name ? '' : ` ${printable(fullName(exchange), longestPath)}`;
}

/** Where the name does not say it, because that has the route, or stands on the line of the span. */
function pathText(exchange: Exchange, span: SpanSignal | undefined): string {
  const { name, path } = exchange;
  const said = span?.name === name ? name : fullName(exchange);
  return said.endsWith(` ${path}`) ? '' : `  ${printable(path, longestPath)}`;
}

/** Without a route the name is the path without its query. */
function fullName({ name, method, path }: Exchange): string {
  return name === `${method} ${path.split('?', 1)[0]}` ? `${method} ${path}` : name;
}
