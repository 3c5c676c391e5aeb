import { createRequire } from 'node:module';

// The official decoder, generated from OpenTelemetry's definitions. The version the SDK uses has only encoders.
const { opentelemetry } = createRequire(import.meta.url)('otlp-decoder/build/src/generated/root.js') as { readonly opentelemetry: Generated };
const { collector } = opentelemetry.proto;

interface MessageType {
  decode(body: Uint8Array): unknown;
  toObject(message: unknown, options: object): unknown;
}

interface Generated {
  readonly proto: {
    readonly collector: {
      readonly trace: { readonly v1: { readonly ExportTraceServiceRequest: MessageType } };
      readonly logs: { readonly v1: { readonly ExportLogsServiceRequest: MessageType } };
      readonly metrics: { readonly v1: { readonly ExportMetricsServiceRequest: MessageType } };
    };
  };
}

/** What came in with a record: its group. */
export interface DecodedGroup {
  readonly resource: Fields;
  readonly scope: { readonly name: string; readonly version?: string };
}

/** Attributes and nested values as plain JavaScript. A whole number is a `number` whether it came as integer or as double. */
export type Fields = Readonly<Record<string, unknown>>;

export interface DecodedSpan extends DecodedGroup {
  /** Identifiers in hexadecimal, times as nanoseconds in decimal. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly flags: number;
  readonly name: string;
  /** OTLP's number: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: Fields;
  readonly droppedAttributesCount: number;
  readonly events: readonly { readonly name: string; readonly timeUnixNano: string; readonly attributes: Fields; readonly droppedAttributesCount: number }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string; readonly traceState: string; readonly flags: number }[];
  readonly droppedLinksCount: number;
  /** Code 0 unset, 1 ok, 2 error. */
  readonly status: { readonly code: number; readonly message: string };
}

export interface DecodedLog extends DecodedGroup {
  readonly timeUnixNano: string;
  readonly observedTimeUnixNano: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly eventName: string;
  readonly body: unknown;
  readonly attributes: Fields;
  readonly droppedAttributesCount: number;
  readonly flags: number;
  readonly traceId: string;
  readonly spanId: string;
}

export interface DecodedBuckets {
  readonly offset: number;
  readonly bucketCounts: readonly number[];
}

export interface DecodedPoint {
  readonly attributes: Fields;
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
  /** Of a sum or a gauge. */
  readonly value?: number;
  /** The rest: of an exponential histogram. */
  readonly count?: number;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
  readonly scale?: number;
  readonly zeroCount?: number;
  readonly positive?: DecodedBuckets;
  readonly negative?: DecodedBuckets;
}

export interface DecodedMetric extends DecodedGroup {
  readonly name: string;
  readonly unit: string;
  readonly type: 'sum' | 'gauge' | 'histogram';
  readonly temporality?: 'delta' | 'cumulative';
  readonly isMonotonic?: boolean;
  readonly points: readonly DecodedPoint[];
}

export function decodeTraces(body: Uint8Array, contentType: string): DecodedSpan[] {
  return groupsOf(body, contentType, collector.trace.v1.ExportTraceServiceRequest, ['resourceSpans', 'scopeSpans', 'spans']).map(([span, group]) => ({
    ...group,
    traceId: hex(span['traceId']),
    spanId: hex(span['spanId']),
    parentSpanId: hex(span['parentSpanId']),
    traceState: textOf(span['traceState']),
    flags: numberOf(span['flags']),
    name: textOf(span['name']),
    kind: numberOf(span['kind']),
    startTimeUnixNano: textOf(span['startTimeUnixNano']),
    endTimeUnixNano: textOf(span['endTimeUnixNano']),
    attributes: fieldsOf(span['attributes']),
    droppedAttributesCount: numberOf(span['droppedAttributesCount']),
    events: listOf(span['events']).map((event) => ({
      name: textOf(event['name']),
      timeUnixNano: textOf(event['timeUnixNano']),
      attributes: fieldsOf(event['attributes']),
      droppedAttributesCount: numberOf(event['droppedAttributesCount']),
    })),
    links: listOf(span['links']).map((link) => ({
      traceId: hex(link['traceId']),
      spanId: hex(link['spanId']),
      traceState: textOf(link['traceState']),
      flags: numberOf(link['flags']),
    })),
    droppedLinksCount: numberOf(span['droppedLinksCount']),
    status: { code: numberOf(recordOf(span['status'])['code']), message: textOf(recordOf(span['status'])['message']) },
  }));
}

export function decodeLogs(body: Uint8Array, contentType: string): DecodedLog[] {
  return groupsOf(body, contentType, collector.logs.v1.ExportLogsServiceRequest, ['resourceLogs', 'scopeLogs', 'logRecords']).map(([log, group]) => ({
    ...group,
    timeUnixNano: textOf(log['timeUnixNano']),
    observedTimeUnixNano: textOf(log['observedTimeUnixNano']),
    severityNumber: numberOf(log['severityNumber']),
    severityText: textOf(log['severityText']),
    eventName: textOf(log['eventName']),
    body: valueOf(log['body']),
    attributes: fieldsOf(log['attributes']),
    droppedAttributesCount: numberOf(log['droppedAttributesCount']),
    flags: numberOf(log['flags']),
    traceId: hex(log['traceId']),
    spanId: hex(log['spanId']),
  }));
}

export function decodeMetrics(body: Uint8Array, contentType: string): DecodedMetric[] {
  return groupsOf(body, contentType, collector.metrics.v1.ExportMetricsServiceRequest, ['resourceMetrics', 'scopeMetrics', 'metrics']).map(([metric, group]) => {
    const kinds = { sum: 'sum', gauge: 'gauge', exponentialHistogram: 'histogram' } as const;
    const field = (Object.keys(kinds) as (keyof typeof kinds)[]).find((name) => metric[name] !== undefined);
    if (field === undefined) throw new Error(`a metric without data: ${JSON.stringify(metric)}`);
    const data = recordOf(metric[field]);
    const temporality = ([undefined, 'delta', 'cumulative'] as const)[numberOf(data['aggregationTemporality'])];
    return {
      ...group,
      name: textOf(metric['name']),
      unit: textOf(metric['unit']),
      type: kinds[field],
      ...(temporality !== undefined && { temporality }),
      ...(field === 'sum' && { isMonotonic: data['isMonotonic'] === true }),
      points: listOf(data['dataPoints']).map((point) => (field === 'exponentialHistogram' ? histogramPoint(point) : numberPoint(point))),
    };
  });
}

function numberPoint(point: Fields): DecodedPoint {
  return { ...timesOf(point), value: numberOf(point['asDouble'] ?? point['asInt']) };
}

function histogramPoint(point: Fields): DecodedPoint {
  return {
    ...timesOf(point),
    count: numberOf(point['count']),
    sum: numberOf(point['sum']),
    min: numberOf(point['min']),
    max: numberOf(point['max']),
    scale: numberOf(point['scale']),
    zeroCount: numberOf(point['zeroCount']),
    positive: bucketsOf(point['positive']),
    negative: bucketsOf(point['negative']),
  };
}

function timesOf(point: Fields): Pick<DecodedPoint, 'attributes' | 'startTimeUnixNano' | 'timeUnixNano'> {
  return {
    attributes: fieldsOf(point['attributes']),
    startTimeUnixNano: textOf(point['startTimeUnixNano']),
    timeUnixNano: textOf(point['timeUnixNano']),
  };
}

function bucketsOf(value: unknown): DecodedBuckets {
  const { offset, bucketCounts } = recordOf(value);
  return { offset: numberOf(offset), bucketCounts: ((bucketCounts ?? []) as unknown[]).map(numberOf) };
}

type Path = readonly [resources: string, scopes: string, records: string];

/** The records with what their groups say of all. */
function groupsOf(body: Uint8Array, contentType: string, type: MessageType, [resources, scopes, records]: Path): (readonly [Fields, DecodedGroup])[] {
  return listOf(requestOf(body, contentType, type)[resources]).flatMap((ofResource) =>
    listOf(ofResource[scopes]).flatMap((ofScope) => {
      const { name, version } = recordOf(ofScope['scope']);
      const scope = { name: textOf(name), ...(version !== undefined && version !== '' && { version: textOf(version) }) };
      const resource = fieldsOf(recordOf(ofResource['resource'])['attributes']);
      return listOf(ofScope[records]).map((record) => [record, { resource, scope }] as const);
    }),
  );
}

function requestOf(body: Uint8Array, contentType: string, type: MessageType): Fields {
  switch (contentType) {
    case 'application/json':
      return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as Fields;
    case 'application/x-protobuf':
      return type.toObject(type.decode(body), { longs: String, defaults: false }) as Fields;
    default:
      throw new Error(`no content type of OTLP: ${contentType}`);
  }
}

function fieldsOf(keyValues: unknown): Fields {
  // An object without a prototype: a key may be `__proto__`.
  const fields = Object.create(null) as Record<string, unknown>;
  for (const { key, value } of listOf(keyValues)) {
    if (typeof key !== 'string' || key in fields) throw new Error(`not a unique key: ${String(key)}`);
    fields[key] = valueOf(value);
  }
  return fields;
}

/** An AnyValue; `null` when it says nothing. */
function valueOf(value: unknown): unknown {
  const any = recordOf(value);
  const [kind, ...more] = Object.keys(any);
  if (more.length > 0) throw new Error(`more than one value: ${JSON.stringify(any)}`);
  switch (kind) {
    case undefined:
      return null;
    case 'stringValue':
    case 'boolValue':
      return any[kind];
    case 'intValue':
      if (!/^-?\d{1,19}$/.test(String(any[kind]))) throw new Error(`no 64-bit integer: ${String(any[kind])}`);
      return Number(any[kind]);
    case 'doubleValue':
      return Number(any[kind]);
    case 'arrayValue':
      return listOf(recordOf(any[kind])['values']).map(valueOf);
    case 'kvlistValue':
      return fieldsOf(recordOf(any[kind])['values']);
    default:
      throw new Error(`a kind of value that is not used: ${kind}`);
  }
}

function hex(id: unknown): string {
  if (typeof id === 'string') {
    if (!/^([0-9a-f]{2})*$/.test(id)) throw new Error(`not hexadecimal: ${id}`);
    return id;
  }
  return id === undefined ? '' : Buffer.from(id as Uint8Array).toString('hex');
}

function listOf(value: unknown): readonly Fields[] {
  return (value ?? []) as readonly Fields[];
}

function recordOf(value: unknown): Fields {
  return (value ?? {}) as Fields;
}

function textOf(value: unknown): string {
  return String(value ?? '');
}

function numberOf(value: unknown): number {
  const number = Number(value ?? 0);
  if (!Number.isFinite(number)) throw new Error(`no number: ${String(value)}`);
  return number;
}
