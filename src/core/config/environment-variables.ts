import type { Attributes } from '../signal.ts';
import { hasOtlpVariables } from '../sinks/otlp/otlp-variables.ts';
import { expectedDsn, isDsn } from '../sinks/sentry/dsn.ts';
import type { Exporter, Propagator } from '../tracing/tracing-options.ts';
import type { ObservabilityOptions } from './options.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

/** What environment variables say. A wrong one is told to `warn` and left out, because a typo there must not stop a service. */
export interface VariableOptions {
  readonly options: ObservabilityOptions;
  /** `OBSERVABILITY_ENABLED=false` or `OTEL_SDK_DISABLED=true`: beats even code. */
  readonly killed: boolean;
  /** Whether they say where an OTLP receiver is. */
  readonly otlp: boolean;
}

export function readVariables(variables: Variables, warn: (message: string) => void): VariableOptions {
  const read = (name: string): string | undefined => variables[name]?.trim() || undefined;

  function flag(name: string): boolean | undefined {
    const value = read(name)?.toLowerCase();
    if (value === undefined) return undefined;
    if (['true', '1', 'yes', 'on'].includes(value)) return true;
    if (['false', '0', 'no', 'off'].includes(value)) return false;
    warn(`${name}: expected true or false, ignored`);
    return undefined;
  }

  const production = read('NODE_ENV') === 'production' ? 'production' : undefined;
  const attributes = resourceAttributes(read('OTEL_RESOURCE_ATTRIBUTES'), warn);
  const exporter = exportersNamed(read('OTEL_TRACES_EXPORTER'), warn);
  const sentryDsn = dsnOf(read('SENTRY_DSN'), warn);
  const propagators = propagatorsNamed(read('OTEL_PROPAGATORS'), warn);
  return {
    otlp: hasOtlpVariables(variables, warn),
    killed: flag('OBSERVABILITY_ENABLED') === false || flag('OTEL_SDK_DISABLED') === true,
    options: {
      serviceName: read('OTEL_SERVICE_NAME'),
      environment: read('ENVIRONMENT') ?? production,
      sentryDsn,
      attributes,
      requestLogging: flag('REQUEST_LOGGING_ENABLED'),
      profiling: flag('PROFILING_ENABLED'),
      errorTracking: flag('ERROR_TRACKING_ENABLED'),
      tracing: { exporter, propagators },
      sampling: { rate: samplingRate(read('OTEL_TRACES_SAMPLER'), read('OTEL_TRACES_SAMPLER_ARG'), warn) },
    },
  };
}

/** What an unresolved `${SENTRY_DSN}` leaves behind is no DSN either. */
function dsnOf(text: string | undefined, warn: (message: string) => void): string | undefined {
  if (text === undefined || isDsn(text)) return text;
  warn(`SENTRY_DSN: expected ${expectedDsn}, ignored`);
  return undefined;
}

/** `key=value,key=value`, percent-encoded. https://opentelemetry.io/docs/specs/otel/resource/sdk/ */
function resourceAttributes(text: string | undefined, warn: (message: string) => void): Attributes | undefined {
  if (text === undefined) return undefined;
  const attributes: Record<string, string> = {};
  for (const pair of text.split(',')) {
    if (pair.trim() === '') continue;
    const at = pair.indexOf('=');
    const key = at < 1 ? '' : decoded(pair.slice(0, at).trim());
    const value = at < 1 ? undefined : decoded(pair.slice(at + 1).trim());
    if (!key || value === undefined) {
      // The specification: an error discards the whole value.
      warn('OTEL_RESOURCE_ATTRIBUTES: expected key=value pairs, percent-encoded, separated by commas; ignored');
      return undefined;
    }
    attributes[key] = value;
  }
  return attributes;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replace(/^"(.*)"$/, '$1'));
  } catch {
    return undefined;
  }
}

const exporters: readonly string[] = ['otlp', 'jaeger', 'zipkin', 'console', 'none'];
const propagators: readonly string[] = ['tracecontext', 'baggage', 'b3', 'b3multi', 'jaeger'];

function exportersNamed(text: string | undefined, warn: (message: string) => void): readonly Exporter[] | undefined {
  const { names, known } = listed<Exporter>(text, exporters);
  if (known.length < names.length) warn(`OTEL_TRACES_EXPORTER: expected ${exporters.join(', ')}, others ignored`);
  return known.length > 0 ? known : undefined;
}

function propagatorsNamed(text: string | undefined, warn: (message: string) => void): readonly Propagator[] | undefined {
  const { names, known } = listed<Propagator>(text, propagators);
  // The specification's word for no propagation at all.
  if (names.includes('none')) return [];
  if (known.length < names.length) warn(`OTEL_PROPAGATORS: expected ${propagators.join(', ')} or none, others ignored`);
  return known.length > 0 ? known : undefined;
}

/** One, or several with commas between; each once. */
function listed<T extends string>(
  text: string | undefined,
  valid: readonly string[],
): { readonly names: readonly string[]; readonly known: readonly T[] } {
  const names = [...new Set((text ?? '').split(',').flatMap((name) => name.trim().toLowerCase() || []))];
  return { names, known: names.filter((name): name is T => valid.includes(name)) };
}

/** https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#general-sdk-configuration */
function samplingRate(sampler: string | undefined, argument: string | undefined, warn: (message: string) => void): number | undefined {
  switch (sampler?.replace(/^parentbased_/, '')) {
    case undefined:
      return undefined;
    case 'always_on':
      return 1;
    case 'always_off':
      return 0;
    case 'traceidratio': {
      const rate = Number(argument ?? 1);
      if (rate >= 0 && rate <= 1) return rate;
      warn('OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1, ignored');
      return undefined;
    }
    default:
      warn('OTEL_TRACES_SAMPLER: expected always_on, always_off, traceidratio or one of these with parentbased_, ignored');
      return undefined;
  }
}
