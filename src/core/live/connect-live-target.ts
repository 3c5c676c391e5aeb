import { configurationError, wrongOption } from '../configuration-error.ts';
import { checkKnownOptions } from '../known-options.ts';
import { interval, optional } from '../operators/option-checks.ts';
import type { OptionCheck } from '../operators/option-checks.ts';
import { signalKinds } from '../signal.ts';
import type { SignalKind } from '../signal.ts';
import { readAddress } from '../sinks/otlp/endpoint.ts';
import type { LiveOptions } from './live-connection.ts';
import { liveParts } from './live-wishes.ts';

/** Where to connect, and with what. */
export interface LiveTarget {
  /** Without credentials. */
  readonly url: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

const visible = /^[\x21-\x7e]+$/;
const headerName = /^[\w!#$%&'*+.^`|~-]+$/;
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;

const checks: Readonly<Record<keyof LiveOptions, OptionCheck>> = {
  kinds: optional(listOf(signalKinds)),
  token: optional({ expected: 'visible ASCII characters without spaces', passes: (value) => typeof value === 'string' && visible.test(value) }),
  headers: optional({ expected: 'an object of texts', passes: (value) => typeof value === 'object' && value !== null }),
  window: optional(interval),
  every: optional(interval),
  parts: optional(listOf(liveParts)),
};

/** @throws ConfigurationError naming every wrong option of a kind; no message holds a token */
export function liveTarget<K extends SignalKind>(given: string, options: LiveOptions<K>): LiveTarget {
  const address = typeof given === 'string' ? readAddress(given) : undefined;
  if (address === undefined) throw secretOption('url', 'an http or https URL, credentials percent-encoded', given);
  checkKnownOptions('connectLive', options, checks, ['token', 'headers']);
  const { token, headers = {}, window, every } = options;
  if (window !== undefined && every !== undefined && window < every) {
    throw wrongOption('connectLive.window', `at least \`every\` (${every} ms)`, window);
  }
  return {
    url: withQuery(address.url, options),
    headers: {
      ...address.headers,
      ...readHeaders(headers),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      accept: 'text/event-stream',
    },
  };
}

function withQuery<K extends SignalKind>(url: string, { parts, kinds, window, every }: LiveOptions<K>): string {
  const query: string[] = [];
  if (parts !== undefined) query.push(`parts=${parts.join(',')}`);
  if (kinds !== undefined) query.push(`kinds=${kinds.join(',')}`);
  if (window !== undefined) query.push(`window=${window}`);
  if (every !== undefined) query.push(`every=${every}`);
  if (query.length === 0) return url;
  return `${url}${url.includes('?') ? '&' : '?'}${query.join('&')}`;
}

function readHeaders(given: Readonly<Record<string, string>>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!headerName.test(name)) throw secretOption('headers', 'names of HTTP headers', name);
    if (typeof value !== 'string' || !headerValue.test(value)) throw secretOption(`headers.${name}`, 'the text of an HTTP header', value);
    headers[name.toLowerCase()] = value;
  }
  return headers;
}

function listOf(names: readonly string[]): OptionCheck {
  return {
    expected: `a list of ${names.join(', ')}`,
    passes: (value) => Array.isArray(value) && value.every((name) => names.includes(name)),
  };
}

/** What may hold a secret is told by its type alone. */
function secretOption(name: string, expected: string, value: unknown): Error {
  return configurationError([{ path: `connectLive.${name}`, expected, received: typeof value }]);
}
