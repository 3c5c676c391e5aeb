import * as v from 'valibot';
import { configurationError, describeValue } from '../configuration-error.ts';
import type { ConfigurationIssue } from '../configuration-error.ts';
import { hasMethods } from '../has-methods.ts';
import { isTarget } from '../propagation/targets.ts';
import { severityNamed } from '../severity.ts';
import { expectedEndpoint, readAddress, suggestedEndpoint } from '../sinks/otlp/endpoint.ts';
import { expectedHeader, isHeaderName } from '../sinks/otlp/otlp-headers.ts';
import { expectedDsn, expectedTunnel, isDsn, isTunnel } from '../sinks/sentry/dsn.ts';
import { closest } from './closest.ts';
import type { TracingOptions } from '../tracing/tracing-options.ts';
import { networkExporters } from './settings.ts';
import type { ObservabilityOptions } from './options.ts';

type Schema = v.GenericSchema<unknown, unknown>;

/** The parts that have options of their own, by the name of these in the manager's options. */
export type Part = 'tracing' | 'requestLogging' | 'profiling' | 'errorTracking';

/**
 * Checks options given in code.
 * @throws ConfigurationError naming every wrong path at once
 */
export function validateOptions(options: unknown): asserts options is ObservabilityOptions {
  throwIssues(check(observabilityOptions(), options));
}

/**
 * Checks the options of a part used alone.
 * @throws ConfigurationError naming every wrong path at once
 */
export function validatePart(part: Part, options: unknown): void {
  const entries = part === 'tracing' ? tracingEntries(options) : parts()[part];
  throwIssues(check(object(part === 'tracing' ? { ...entries, serviceName: serviceName() } : entries), options));
}

function throwIssues(issues: readonly ConfigurationIssue[]): void {
  if (issues.length > 0) throw configurationError(issues);
}

function check(schema: Schema, options: unknown): readonly ConfigurationIssue[] {
  if (options === undefined) return [];
  try {
    const { issues = [] } = v.safeParse(schema, options);
    // One for each path: 0.5 is no integer, and below 1, too.
    return [...new Map(issues.map(toIssue).map((issue) => [issue.path, issue])).values()];
  } catch {
    // A getter of the application.
    return [{ path: 'options', expected: 'a readable object', received: 'one whose reading throws' }];
  }
}

function toIssue(issue: v.BaseIssue<unknown>): ConfigurationIssue {
  const keys = (issue.path ?? []).map((item) => String(item.key));
  const path = keys.join('.') || 'options';
  const name = keys.at(-1) ?? '';
  if (issue.type !== UNKNOWN) {
    const received = isSecret(keys) ? typeof issue.input : describeValue(issue.input);
    return { path, expected: issue.message, received, suggestion: name === 'endpoint' ? suggestedEndpoint(issue.input) : meant(issue) };
  }
  return {
    path,
    expected: `one of the options ${issue.message}`,
    received: 'an unknown option',
    suggestion: closest(name, issue.message.split(', ')),
  };
}

/** The word that was probably meant, of those that are possible. */
function meant({ type, message, input }: v.BaseIssue<unknown>): string | undefined {
  if (type !== 'picklist' || typeof input !== 'string') return undefined;
  return closest(input, [...message.matchAll(/'([^']+)'/g)].map(([, word = '']) => word));
}

/** The type of Valibot's issue for a key that no object of ours has. */
const UNKNOWN = 'never';

/** Values that may contain credentials are never shown. */
function isSecret(keys: readonly string[]): boolean {
  return keys.some((key) => /dsn|endpoint|headers|tunnel/i.test(key));
}

/** Every option also takes `undefined`, so that `process.env.X` fits. */
function object(entries: Entries): Schema {
  const optional = Object.entries(entries).map(([key, schema]) => [key, v.optional(schema)] as const);
  const unknown = v.never(Object.keys(entries).join(', '));
  return v.lazy((input) => {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) return v.custom(() => false, 'an object');
    // Not `strictObject`, which stops at the first unknown key.
    const others = Object.keys(input).filter((key) => !Object.hasOwn(entries, key));
    return v.object(Object.fromEntries([...optional, ...others.map((key) => [key, unknown] as const)]));
  });
}

type Entries = Readonly<Record<string, Schema>>;

function switchOr(entriesFor: (input: unknown) => Entries): Schema {
  return v.lazy((input) =>
    typeof input === 'object' && input !== null ? object(entriesFor(input)) : v.boolean('true, false or an object of options'),
  );
}

function oneOf(available: readonly string[]): Schema {
  return v.picklist(available, `one of ${available.map((name) => `'${name}'`).join(', ')}`);
}

function listOrOne(schema: Schema): Schema {
  return v.lazy((input) => (Array.isArray(input) ? v.array(schema) : schema));
}

const text = (expected = 'a string'): Schema => v.string(expected);
const serviceName = (): Schema => v.pipe(v.string('a string'), v.minLength(1, 'a string that is not empty'));
const boolean = (): Schema => v.boolean('true or false');
const callback = (expected: string): Schema => v.function(expected);
const integer = (from: number): Schema => {
  const expected = `an integer from ${from}`;
  return v.pipe(v.number(expected), v.safeInteger(expected), v.minValue(from, expected));
};
const milliseconds = (from: number): Schema => {
  const expected = `milliseconds, from ${from} to 2147483647`;
  return v.pipe(v.number(expected), v.finite(expected), v.minValue(from, expected), v.maxValue(2_147_483_647, expected));
};
const positive = (): Schema => {
  const expected = 'a number above 0';
  return v.pipe(v.number(expected), v.finite(expected), v.gtValue(0, expected));
};
const share = (): Schema => {
  const expected = 'a number from 0 to 1';
  return v.pipe(v.number(expected), v.minValue(0, expected), v.maxValue(1, expected));
};
const patterns = (): Schema =>
  v.array(v.union([v.string(), v.instance(RegExp)], 'a string or a regular expression'), 'an array of strings and regular expressions');
const target = (): Schema =>
  v.custom(
    (value) => value instanceof RegExp || (typeof value === 'string' && isTarget(value)),
    "an origin, a URL, a host like 'api.example.com' or '*.example.com', or a regular expression",
  );
const severity = (): Schema => {
  const expected = "a severity: 'trace', 'debug', 'info', 'warn', 'error' or 'fatal'";
  return v.pipe(v.string(expected), v.check((name) => severityNamed(name) !== undefined, expected));
};
const mediaType = (): Schema =>
  v.custom((type) => typeof type === 'string' && /^[\w!#$&^.+*-]+\/[\w!#$&^.+*-]+$/.test(type), "a media type like 'application/json', * for any part of it");
const expectedIgnore = 'an array of paths from / and regular expressions, or a function';
const pathPattern = (): Schema =>
  v.custom((value) => value instanceof RegExp || (typeof value === 'string' && value.startsWith('/')), 'a path from /, or a regular expression');
const unavailable = (instead: string): Schema => v.custom(() => false, `nothing: ${instead}`);
const only = (value: boolean, why: string): Schema => v.literal(value, `${value}: ${why}`);
const attributes = (): Schema =>
  v.custom((value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'an object of attributes');
const clock = (): Schema =>
  v.custom((value) => hasMethods(value, ['now', 'elapsed', 'every']), 'a clock: { now(), elapsed(), every(milliseconds) }');

const endpoint = (): Schema => v.custom((value) => typeof value === 'string' && readAddress(value) !== undefined, expectedEndpoint);
/** Each header by its name, unless that is no name: it may be anything then, a line with a key for instance. */
const headers = (): Schema =>
  v.lazy((input) => {
    const isObject = typeof input === 'object' && input !== null && !(Symbol.iterator in input);
    const names = isObject ? Object.keys(input) : [];
    if (!isObject || !names.every(isHeaderName)) return v.custom(() => false, 'an object of strings, with names of letters, digits and -');
    return v.object(Object.fromEntries(names.map((name) => [name, header(name)])));
  });
const header = (name: string): Schema =>
  v.custom(
    (value) => expectedHeader(name, value) === undefined,
    ({ input }) => expectedHeader(name, input) ?? '',
  );

function named(expected: string, method: string): Schema {
  return v.custom((value) => hasMethods(value, [method]) && typeof Reflect.get(Object(value), 'name') === 'string', expected);
}

function listOrFunction(item: Schema, expected: string): Schema {
  return v.lazy((input) => (typeof input === 'function' ? callback(expected) : v.array(item, expected)));
}

const dsn = (): Schema => v.custom((value) => typeof value === 'string' && isDsn(value), expectedDsn);
const tunnel = (): Schema => v.custom(isTunnel, expectedTunnel);

/**
 * Checks the options of a wrapper or decorator, `traceFunction` or `profileFunction`.
 * @throws ConfigurationError naming every wrong path at once
 */
export function validateInstrument(part: 'tracing' | 'profiling', options: unknown): void {
  const kind = oneOf(['internal', 'server', 'client', 'producer', 'consumer']);
  const entries = { name: text(), attributes: attributes() };
  throwIssues(check(object(part === 'tracing' ? { ...entries, kind } : entries), options));
}

/** One endpoint cannot be that of two receivers. */
function tracingEntries(given: unknown): Entries {
  const { exporter } = Object(given) as TracingOptions;
  const several = Array.isArray(exporter) && networkExporters(exporter).length > 1;
  const one = unavailable('there are several exporters; give their sinks in `sinks`, e.g. [otlpSink({ endpoint }), zipkinSink({ endpoint })]');
  return {
    enabled: boolean(),
    exporter: listOrOne(oneOf(['console', 'otlp', 'jaeger', 'zipkin', 'none'])),
    endpoint: several ? one : endpoint(),
    headers: several ? one : headers(),
    propagators: v.array(oneOf(['tracecontext', 'baggage', 'b3', 'b3multi', 'jaeger']), 'an array of propagators'),
    propagateTo: v.array(target(), 'an array of origins, URLs, hosts and regular expressions'),
    register: boolean(),
  };
}

function parts(): Record<Exclude<Part, 'tracing'>, Entries> {
  return {
    requestLogging: {
      enabled: boolean(),
      logLevel: severity(),
      headers: v.array(v.custom((name) => typeof name === 'string' && isHeaderName(name), 'the name of a header'), 'an array of names of headers'),
      bodies: switchOr(() => ({
        contentTypes: v.array(mediaType(), 'an array of media types'),
        maxBytes: integer(1),
        rate: share(),
      })),
      clientAddress: v.custom((value) => typeof value === 'boolean' || (typeof value === 'string' && isHeaderName(value)), 'a boolean, or the name of a header'),
      ignore: v.lazy((input) => (typeof input === 'function' ? callback('a function') : v.array(pathPattern(), expectedIgnore))),
      deadline: milliseconds(1),
      maxOpen: integer(1),
      outgoing: boolean(),
    },
    profiling: { enabled: boolean(), maxSeries: integer(1), window: milliseconds(1) },
    errorTracking: {
      enabled: boolean(),
      sentryDsn: dsn(),
      tunnel: tunnel(),
      environment: text(),
      release: text(),
      ignore: patterns(),
      maxBreadcrumbs: integer(0),
      failedRequests: boolean(),
      repeatWindow: milliseconds(0),
      rateLimit: v.lazy((input) => (input === false ? v.literal(false) : object({ perMinute: positive(), burst: integer(1) }))),
    },
  };
}

function observabilityOptions(): Schema {
  const { requestLogging, profiling, errorTracking } = parts();
  return object({
    enabled: boolean(),
    serviceName: serviceName(),
    environment: text(),
    release: text(),
    attributes: attributes(),
    tracing: switchOr(tracingEntries),
    requestLogging: switchOr(() => requestLogging),
    profiling: switchOr(() => profiling),
    errorTracking: switchOr(() => errorTracking),
    sentryDsn: dsn(),
    flightRecorder: switchOr(() => ({
      enabled: boolean(),
      seconds: positive(),
      bytes: integer(1),
      when: callback('a function'),
      then: oneOf(['attach', 'send']),
    })),
    sampling: object({
      rate: share(),
      random: callback('a function'),
      keep: unavailable('add the operator keepTraces() to `pipeline` instead'),
    }),
    redaction: v.lazy((input) =>
      input === false ? v.literal(false) : object({ keys: patterns(), allow: patterns(), replacement: text() }),
    ),
    pipeline: v.array(callback('an operator'), 'an array of operators'),
    sinks: listOrFunction(
      named('a sink: { name, write(batch, context) }', 'write'),
      'an array of sinks, or a function from the default sinks to such an array',
    ),
    sources: v.lazy((input) =>
      input === false
        ? v.literal(false)
        : listOrFunction(named('a source: { name, observe(context) }', 'observe'), 'an array of sources, a function or false'),
    ),
    delivery: object({
      maxBatchSize: integer(1),
      maxQueueSize: integer(1),
      maxQueueBytes: integer(1),
      whenFull: oneOf(['dropNewest', 'dropOldest', 'priority']),
      flushEvery: milliseconds(0),
      concurrency: integer(1),
      timeout: milliseconds(1),
      maxRetries: integer(0),
      spool: only(false, 'the spool is not available yet'),
    }),
    configFile: only(false, 'configuration files are not available yet'),
    clock: clock(),
    random: callback('a function'),
  });
}
