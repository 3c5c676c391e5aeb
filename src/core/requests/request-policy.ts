import type { Ignore } from '../http/ignore.ts';
import { isPathAmong } from '../http/ignored-paths.ts';
import { severityNamed, severityNumbers } from '../severity.ts';
import type { BodyLoggingOptions, LoggedRequest, RequestLoggerOptions } from './request.ts';

/** What of requests is logged: the options with every default filled in. */
export interface RequestPolicy {
  readonly enabled: boolean;
  /** OpenTelemetry's severity number. */
  readonly level: number;
  /** In lower case. */
  readonly headers: readonly string[];
  /** Those of them that a response can have. */
  readonly responseHeaders: readonly string[];
  /** `undefined`: no bodies. */
  readonly bodies: BodyPolicy | undefined;
  readonly clientAddress: boolean | string;
  /** `undefined`: none is left out. May throw what a function of the application throws. */
  readonly ignores: ((request: LoggedRequest) => boolean) | undefined;
  /** In milliseconds. */
  readonly deadline: number;
  readonly maxOpen: number;
  /** `undefined`: as the host has it. */
  readonly outgoing: boolean | undefined;
}

/** Which bodies are logged. */
export type BodyPolicy = { readonly [K in keyof BodyLoggingOptions]-?: NonNullable<BodyLoggingOptions[K]> };

const defaultHeaders: readonly string[] = ['accept', 'content-encoding', 'content-length', 'content-type', 'user-agent'];
/** They say who asks, and for what: no answer has them. https://www.rfc-editor.org/rfc/rfc9110#section-10.1 */
const ofRequests: RegExp = /^(user-agent|host|referer|from|cookie|authorization|expect|te)$/;
const defaultBodies: BodyPolicy = {
  contentTypes: ['application/json', 'application/*+json', 'application/x-www-form-urlencoded', 'text/plain'],
  maxBytes: 8_192,
  rate: 1,
};

export function requestPolicy(options: Partial<RequestLoggerOptions>): RequestPolicy {
  const { enabled = true, logLevel, headers = defaultHeaders, bodies = false, clientAddress = false, ignore, outgoing } = options;
  const names = headers.map((name) => name.toLowerCase());
  return {
    enabled,
    level: severityNumbers[severityNamed(logLevel) ?? 'info'],
    headers: names,
    responseHeaders: names.filter((name) => !ofRequests.test(name)),
    bodies: bodyPolicy(bodies),
    clientAddress,
    ignores: ignoreOf(ignore),
    deadline: options.deadline ?? 300_000,
    maxOpen: options.maxOpen ?? 10_000,
    outgoing,
  };
}

function bodyPolicy(bodies: boolean | BodyLoggingOptions): BodyPolicy | undefined {
  if (bodies === false) return undefined;
  if (bodies === true) return defaultBodies;
  const { contentTypes, maxBytes, rate } = defaultBodies;
  return {
    contentTypes: (bodies.contentTypes ?? contentTypes).map((type) => type.toLowerCase()),
    maxBytes: bodies.maxBytes ?? maxBytes,
    rate: bodies.rate ?? rate,
  };
}

function ignoreOf(ignore: Ignore<LoggedRequest> | undefined): RequestPolicy['ignores'] {
  if (ignore === undefined || typeof ignore === 'function') return ignore;
  const isAmong = isPathAmong(ignore);
  return ignore.length === 0 ? undefined : ({ path }) => isAmong(path);
}
