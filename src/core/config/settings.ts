import { deliverySettings } from '../delivery/delivery-options.ts';
import type { DeliverySettings } from '../delivery/delivery-options.ts';
import type { ErrorRateLimit } from '../errors/error-tracker.ts';
import { flightRecordingSettings } from '../flight-recording.ts';
import type { FlightRecordingSettings } from '../flight-recording.ts';
import { requestPolicy } from '../requests/request-policy.ts';
import type { RequestPolicy } from '../requests/request-policy.ts';
import type { Attributes, AttributeValue } from '../signal.ts';
import { snapshotAttributes } from '../snapshot-attributes.ts';
import type { HttpSinkOptions } from '../sinks/http/http-sink-options.ts';
import { snapshotText } from '../snapshot.ts';
import type { Exporter, NetworkExporter, Propagator, TracingOptions } from '../tracing/tracing-options.ts';
import type { VariableOptions } from './environment-variables.ts';
import type { ObservabilityOptions } from './options.ts';

/** The options with every default filled in: what the parts read. */
export interface Settings {
  readonly enabled: boolean;
  /** On every signal. */
  readonly resource: Attributes;
  readonly development: boolean;
  readonly tracing: {
    readonly enabled: boolean;
    /** `undefined`: not chosen, so the environment decides what the console prints. */
    readonly exporters: readonly Exporter[] | undefined;
    readonly register: boolean;
    readonly propagators: readonly Propagator[];
    readonly propagateTo: readonly (string | RegExp)[] | undefined;
  };
  /**
   * What the default sinks beside the console are: the exporters chosen, or `otlp` when none is but a variable says where a receiver is.
   * Endpoint and headers are those of the first.
   */
  readonly exports: readonly { readonly exporter: NetworkExporter; readonly options: HttpSinkOptions }[];
  readonly requestLogging: RequestPolicy;
  readonly profiling: { readonly enabled: boolean; readonly maxSeries: number; readonly window: number };
  readonly errorTracking: {
    readonly enabled: boolean;
    readonly ignore: readonly (string | RegExp)[];
    readonly maxBreadcrumbs: number;
    readonly failedRequests: boolean;
    /** Milliseconds. */
    readonly repeatWindow: number;
    /** `undefined`: none. */
    readonly rateLimit: Required<ErrorRateLimit> | undefined;
    /** Where Sentry is; `undefined` without a DSN, and while there are no errors. */
    readonly sentry: { readonly dsn: string; readonly tunnel: string | undefined } | undefined;
  };
  readonly flightRecorder: FlightRecordingSettings | undefined;
  readonly sampling: { readonly rate: number; readonly random: (() => number) | undefined };
  readonly delivery: DeliverySettings;
  readonly random: (() => number) | undefined;
}

/** Which options beat which: code, then environment variables, then the defaults. */
export function resolveSettings(options: ObservabilityOptions, { options: variables, killed, otlp }: VariableOptions): Settings {
  const merged = mergeOptions(variables, options);
  const tracing = section(merged.tracing);
  const exporters = exportersOf(tracing);
  const profiling = section(merged.profiling);
  const errorTracking = section(merged.errorTracking);
  const { sentryDsn, serviceName = 'unknown_service', environment = 'development', release } = merged;
  return {
    enabled: !killed && (merged.enabled ?? true),
    resource: {
      ...merged.attributes,
      'service.name': serviceName,
      'deployment.environment.name': environment,
      ...(release !== undefined && { 'service.version': release }),
    },
    development: environment === 'development',
    tracing: {
      enabled: tracing.enabled ?? true,
      exporters,
      register: tracing.register ?? false,
      propagators: tracing.propagators ?? ['tracecontext', 'baggage'],
      propagateTo: tracing.propagateTo,
    },
    exports: networkExporters(exporters ?? (otlp ? ['otlp'] : [])).map((exporter, index) => ({
      exporter,
      options: index === 0 ? { endpoint: tracing.endpoint, headers: tracing.headers } : {},
    })),
    requestLogging: requestPolicy(section(merged.requestLogging)),
    profiling: {
      enabled: profiling.enabled ?? true,
      maxSeries: profiling.maxSeries ?? 1_000,
      window: profiling.window ?? 60_000,
    },
    errorTracking: {
      enabled: errorTracking.enabled ?? true,
      ignore: errorTracking.ignore ?? [],
      maxBreadcrumbs: errorTracking.maxBreadcrumbs ?? 50,
      failedRequests: errorTracking.failedRequests ?? false,
      repeatWindow: errorTracking.repeatWindow ?? 10_000,
      rateLimit: errorTracking.rateLimit === false ? undefined : { perMinute: 30, burst: 30, ...defined(errorTracking.rateLimit ?? {}) },
      sentry: sentryDsn === undefined || errorTracking.enabled === false ? undefined : { dsn: sentryDsn, tunnel: errorTracking.tunnel },
    },
    flightRecorder: flightRecordingSettings(section(merged.flightRecorder)),
    sampling: { rate: merged.sampling?.rate ?? 1, random: merged.sampling?.random },
    delivery: deliverySettings(merged.delivery),
    random: merged.random,
  };
}

/** Later explicit values win; the options of a part are merged one by one, and `true` switches on what was configured before. */
export function mergeOptions(earlier: ObservabilityOptions, later: ObservabilityOptions): ObservabilityOptions {
  return {
    ...earlier,
    ...defined(identity(earlier)),
    ...defined(later),
    ...defined(identity(later)),
    tracing: mergeSection(withoutForeignEndpoint(earlier.tracing, later.tracing), later.tracing),
    requestLogging: mergeSection(earlier.requestLogging, later.requestLogging),
    profiling: mergeSection(earlier.profiling, later.profiling),
    errorTracking: mergeSection(earlier.errorTracking, later.errorTracking),
    flightRecorder: mergeRecorder(earlier.flightRecorder, later.flightRecorder),
    // Copies: on every signal, whatever the application does to its own object.
    attributes: { ...snapshotAttributes(earlier.attributes), ...snapshotAttributes(later.attributes) },
    sampling: { ...earlier.sampling, ...defined(later.sampling ?? {}) },
    redaction: mergeRedaction(earlier.redaction, later.redaction),
    delivery: { ...earlier.delivery, ...defined(later.delivery ?? {}) },
  };
}

/** What these options call the service: by name, through the error tracker, or as OpenTelemetry's attribute; and its project at Sentry. */
function identity(options: ObservabilityOptions): ObservabilityOptions {
  const tracker = section(options.errorTracking);
  const attributes = snapshotAttributes(options.attributes);
  return {
    serviceName: options.serviceName ?? textOf(attributes['service.name']),
    environment: options.environment ?? tracker.environment ?? textOf(attributes['deployment.environment.name']),
    release: options.release ?? tracker.release ?? textOf(attributes['service.version']),
    sentryDsn: options.sentryDsn ?? tracker.sentryDsn,
  };
}

function textOf(value: AttributeValue | undefined): string | undefined {
  return value === undefined ? undefined : snapshotText(value);
}

type Switch<O> = boolean | (O & { readonly enabled?: boolean | undefined }) | undefined;

function section<O extends object>(value: boolean | O | undefined): Partial<O> & { readonly enabled?: boolean | undefined } {
  if (typeof value === 'boolean') return { enabled: value } as Partial<O> & { readonly enabled?: boolean };
  return value ?? ({} as Partial<O>);
}

function mergeSection<O extends object>(earlier: Switch<O>, later: Switch<O>): O | undefined {
  return { ...section(earlier), ...defined(section(later)) } as O;
}

type Recorder = ObservabilityOptions['flightRecorder'];

/** Options that are given switch it on. */
function mergeRecorder(earlier: Recorder, later: Recorder): Recorder {
  if (later === undefined) return earlier;
  return mergeSection(earlier, typeof later === 'object' ? { enabled: true, ...defined(later) } : later);
}

type Redaction = ObservabilityOptions['redaction'];

/** `false` holds until rules are given again. */
function mergeRedaction(earlier: Redaction, later: Redaction): Redaction {
  const given = later ?? earlier;
  return given === false ? false : { ...(earlier || {}), ...defined(later || {}) };
}

/** An option given as `undefined` is an option not given. */
export function defined<O extends object>(options: O): Partial<O> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<O>;
}

function exportersOf({ exporter }: Partial<TracingOptions>): readonly Exporter[] | undefined {
  if (exporter === undefined) return undefined;
  return typeof exporter === 'string' ? [exporter] : exporter;
}

/** Those that need an endpoint, each once. */
export function networkExporters(exporters: readonly Exporter[]): readonly NetworkExporter[] {
  return [...new Set(exporters)].filter((exporter) => exporter !== 'console' && exporter !== 'none');
}

/** The endpoint and the headers of one exporter are not those of another that takes its place. */
function withoutForeignEndpoint(earlier: Switch<TracingOptions>, later: Switch<TracingOptions>): Switch<TracingOptions> {
  const before = exportersOf(section(earlier));
  const after = exportersOf(section(later));
  if (before === undefined || after === undefined || networkExporters(before)[0] === networkExporters(after)[0]) return earlier;
  return { ...section(earlier), endpoint: undefined, headers: undefined };
}
