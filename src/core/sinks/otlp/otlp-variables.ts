import type { Variables } from '../../config/environment-variables.ts';
import type { TlsOptions } from '../../transport.ts';
import { milliseconds } from '../http/option-issues.ts';
import type { Rule } from '../http/option-issues.ts';
import { expectedEndpoint, readAddress, suggestedEndpoint } from './endpoint.ts';
import type { Address } from './endpoint.ts';
import { expectedHeader } from './otlp-headers.ts';
import type { Headers } from './otlp-headers.ts';
import { compression, protocol, temporality } from './otlp-issues.ts';
import type { OtlpEndpoint, OtlpKind, OtlpSettings } from './otlp-options.ts';

/** What the variables say; `undefined` where they say nothing of use. */
export interface OtlpVariables {
  /** What they say of one kind of data. */
  of(kind: OtlpKind): {
    readonly address: Address | undefined;
    readonly headers: Headers;
    readonly protocol: OtlpEndpoint['protocol'] | undefined;
    readonly compression: OtlpEndpoint['compression'] | undefined;
    readonly timeout: number | undefined;
    readonly tls: TlsOptions;
  };
  readonly temporality: OtlpSettings['temporality'] | undefined;
  readonly metricInterval: number | undefined;
}

const prefix = 'OTEL_EXPORTER_OTLP_';

type Complain = (name: string, expected: string, suggestion?: string) => undefined;

/** Each complaint once: a variable of all kinds is read for each. */
function complainOnce(warn: (message: string) => void): Complain {
  const said = new Set<string>();
  return (name, expected, suggestion) => {
    const message = `${name}: expected ${expected}, ignored${suggestion === undefined ? '' : ` (did you mean ${suggestion}?)`}`;
    if (!said.has(message)) warn(message);
    said.add(message);
    return undefined;
  };
}

/** Where the variables say that one kind of data goes; the whole address for that kind beats the base for all. */
function addressIn(variables: Variables, kind: OtlpKind, complain: Complain): Address | undefined {
  const said = (name: string): string =>
    (variables[`${prefix}${kind.toUpperCase()}_${name}`]?.trim() || variables[prefix + name]?.trim() || '').toLowerCase();

  /** Only gRPC has endpoints without a scheme, and a word for whether they are encrypted. */
  function withScheme(text: string): string {
    const isGrpc = /^[\w.-]+(:\d+)?$/.test(text) && (said('PROTOCOL') || (text.endsWith(':4317') && 'grpc')) === 'grpc';
    return isGrpc ? `${said('INSECURE') === 'true' ? 'http' : 'https'}://${text}` : text;
  }

  function read(name: string, base?: OtlpKind): Address | undefined {
    const text = variables[name]?.trim();
    return text ? (readAddress(withScheme(text), base) ?? complain(name, expectedEndpoint, suggestedEndpoint(text))) : undefined;
  }
  return read(`${prefix}${kind.toUpperCase()}_ENDPOINT`) ?? read(`${prefix}ENDPOINT`, kind);
}

/** Whether a variable says where a receiver is. One that is wrong is told to `warn` once, and says nothing. */
export function hasOtlpVariables(variables: Variables, warn: (message: string) => void = () => undefined): boolean {
  const complain = complainOnce(warn);
  const kinds: readonly OtlpKind[] = ['traces', 'logs', 'metrics'];
  // All of them, so that every wrong one is told.
  return kinds.filter((kind) => addressIn(variables, kind, complain) !== undefined).length > 0;
}

/**
 * Reads `OTEL_EXPORTER_OTLP_*`; the variable of one kind of data beats that of all kinds, header by header. A wrong one is told to
 * `warn` once, and left out; wrong endpoints are left out in silence, as the manager tells of them: it asks `hasOtlpVariables`. Only
 * hosts that have variables load this. https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export function otlpVariables(variables: Variables, warn: (message: string) => void): OtlpVariables {
  const complain = complainOnce(warn);

  function read<T>(name: string, parse: (text: string, name: string) => T | undefined): T | undefined {
    const text = variables[name]?.trim();
    return text ? parse(text, name) : undefined;
  }

  /** Parses what a rule says. */
  function ruled<T>({ expected, fits }: Rule, valueOf: (text: string) => unknown = (text) => text.toLowerCase()) {
    return (text: string, name: string): T | undefined => {
      const value = valueOf(text);
      return fits(value) ? (value as T) : complain(name, expected);
    };
  }

  /** `name=value,name=value`, percent-encoded. What cannot be used is named by its place: it may be a secret. */
  function headers(text: string, name: string): Headers {
    const pairs = text.split(',').flatMap((pair, index) => {
      if (pair.trim() === '') return [];
      const [, key, value] = /^([^=]*)=(.*)$/s.exec(pair)?.map(decoded) ?? [];
      if (key !== undefined && value !== undefined && expectedHeader(key, value) === undefined) return [[key.toLowerCase(), value]];
      complain(`${name}, pair ${index + 1}`, 'name=value, percent-encoded');
      return [];
    });
    return Object.fromEntries(pairs) as Headers;
  }

  const duration = ruled<number>(milliseconds, Number);
  const same = (text: string): string => text;
  return {
    of(kind) {
      const own = `${prefix}${kind.toUpperCase()}_`;
      const either = <T>(name: string, parse: (text: string, name: string) => T | undefined): T | undefined =>
        read(own + name, parse) ?? read(prefix + name, parse);
      return {
        address: addressIn(variables, kind, () => undefined),
        headers: { ...read(`${prefix}HEADERS`, headers), ...read(`${own}HEADERS`, headers) },
        protocol: either('PROTOCOL', ruled(protocol)),
        compression: either('COMPRESSION', ruled(compression)),
        timeout: either('TIMEOUT', duration),
        tls: { ca: either('CERTIFICATE', same), cert: either('CLIENT_CERTIFICATE', same), key: either('CLIENT_KEY', same) },
      };
    },
    // `lowmemory` is delta but for sums that also go down, which are not made here.
    temporality: read(`${prefix}METRICS_TEMPORALITY_PREFERENCE`, ruled(temporality, (text) => text.toLowerCase().replace('lowmemory', 'delta'))),
    metricInterval: read('OTEL_METRIC_EXPORT_INTERVAL', duration),
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return undefined;
  }
}
