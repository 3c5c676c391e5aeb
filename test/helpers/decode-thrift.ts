// Reads Thrift's binary protocol without knowing what it carries, and then Jaeger's structures out of it, by the numbers and types of
// fields in jaegertracing/jaeger-idl, thrift/jaeger.thrift. https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md

/** A value with the type it was written as. */
export type ThriftValue =
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'double'; readonly value: number }
  | { readonly type: 'i32'; readonly value: number }
  | { readonly type: 'i64'; readonly value: bigint }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'struct'; readonly value: ThriftStruct }
  | { readonly type: 'list'; readonly value: readonly ThriftValue[] };

/** Fields by their number. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;

/** @throws Error when it is not one struct, and nothing behind it */
export function decodeThrift(bytes: Uint8Array): ThriftStruct {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const skip = (count: number): number => (at += count) - count;

  function value(type: number): ThriftValue {
    switch (type) {
      case 2: {
        const byte = view.getUint8(skip(1));
        if (byte > 1) throw new Error(`a truth of ${byte}`);
        return { type: 'bool', value: byte === 1 };
      }
      case 4:
        return { type: 'double', value: view.getFloat64(skip(8)) };
      case 8:
        return { type: 'i32', value: view.getInt32(skip(4)) };
      case 10:
        return { type: 'i64', value: view.getBigInt64(skip(8)) };
      case 11: {
        const length = view.getInt32(skip(4));
        const from = skip(length);
        if (length < 0 || at > bytes.length) throw new Error(`a string of ${length} bytes`);
        return { type: 'string', value: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(from, at)) };
      }
      case 12:
        return { type: 'struct', value: struct() };
      case 15: {
        const itemType = view.getUint8(skip(1));
        const length = view.getInt32(skip(4));
        if (length < 0 || length > bytes.length) throw new Error(`a list of ${length}`);
        return { type: 'list', value: Array.from({ length }, () => value(itemType)) };
      }
      default:
        throw new Error(`an unknown type ${type} at ${at}`);
    }
  }

  function struct(): ThriftStruct {
    const fields = new Map<number, ThriftValue>();
    for (;;) {
      const type = view.getUint8(skip(1));
      if (type === 0) return fields;
      const number = view.getInt16(skip(2));
      if (fields.has(number)) throw new Error(`field ${number} twice`);
      fields.set(number, value(type));
    }
  }

  const whole = struct();
  if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes too many`);
  return whole;
}

type Tags = Readonly<Record<string, string | number | boolean | bigint>>;

export interface DecodedJaegerSpan {
  readonly traceIdLow: bigint;
  readonly traceIdHigh: bigint;
  readonly spanId: bigint;
  readonly parentSpanId: bigint;
  readonly operationName: string;
  readonly references: readonly { readonly refType: number; readonly traceIdLow: bigint; readonly traceIdHigh: bigint; readonly spanId: bigint }[];
  readonly flags: number;
  readonly startTime: bigint;
  readonly duration: bigint;
  readonly tags: Tags;
  readonly logs: readonly { readonly timestamp: bigint; readonly fields: Tags }[];
}

export interface DecodedJaegerBatch {
  readonly serviceName: string;
  readonly processTags: Tags;
  readonly spans: readonly DecodedJaegerSpan[];
}

type Kind = ThriftValue['type'];
type Plain<K extends Kind> = Extract<ThriftValue, { readonly type: K }>['value'];

/** @throws Error when a field that is required is missing, or one is of another type than the definition says, or is not in it */
export function decodeJaegerBatch(bytes: Uint8Array): DecodedJaegerBatch {
  const [process, spans] = fields(decodeThrift(bytes), [[1, 'struct'], [2, 'list']]);
  const [serviceName, tags] = fields(process, [[1, 'string'], [2, 'list', []]]);
  return { serviceName, processTags: tagsOf(tags), spans: structs(spans).map(spanOf) };
}

function spanOf(span: ThriftStruct): DecodedJaegerSpan {
  const [traceIdLow, traceIdHigh, spanId, parentSpanId, operationName, references, flags, startTime, duration, tags, logs] = fields(span, [
    [1, 'i64'], [2, 'i64'], [3, 'i64'], [4, 'i64'], [5, 'string'], [6, 'list', []], [7, 'i32'], [8, 'i64'], [9, 'i64'], [10, 'list', []], [11, 'list', []],
  ]);
  return {
    traceIdLow, traceIdHigh, spanId, parentSpanId, operationName, flags, startTime, duration,
    references: structs(references).map((reference) => {
      const [refType, low, high, id] = fields(reference, [[1, 'i32'], [2, 'i64'], [3, 'i64'], [4, 'i64']]);
      return { refType, traceIdLow: low, traceIdHigh: high, spanId: id };
    }),
    tags: tagsOf(tags),
    logs: structs(logs).map((log) => {
      const [timestamp, given] = fields(log, [[1, 'i64'], [2, 'list']]);
      return { timestamp, fields: tagsOf(given) };
    }),
  };
}

/** Where a tag has its value, by its type: STRING, DOUBLE, BOOL, LONG. */
const valueFields: readonly (readonly [number, Kind])[] = [[3, 'string'], [4, 'double'], [5, 'bool'], [6, 'i64']];

function tagsOf(tags: readonly ThriftValue[]): Tags {
  const entries = structs(tags).map((tag) => {
    const vType = tag.get(2)?.value as number;
    const place = valueFields[vType];
    if (place === undefined) throw new Error(`a tag of the type ${vType}`);
    const [key, , value] = fields(tag, [[1, 'string'], [2, 'i32'], place]);
    return [key, value as string] as const;
  });
  if (new Set(entries.map(([key]) => key)).size < entries.length) throw new Error('a tag twice');
  return Object.fromEntries(entries);
}

function structs(values: readonly ThriftValue[]): readonly ThriftStruct[] {
  return values.map((item) => {
    if (item.type !== 'struct') throw new Error(`${item.type} instead of a struct`);
    return item.value;
  });
}

type Wanted = readonly (readonly [number, Kind, (readonly never[])?])[];
type Found<W extends Wanted> = { [I in keyof W]: W[I] extends readonly [number, infer K extends Kind, ...unknown[]] ? Plain<K> : never };

/** The fields of a struct: those without a default are required, and there are no others. */
function fields<const W extends Wanted>(struct: ThriftStruct, wanted: W): Found<W> {
  for (const number of struct.keys()) if (!wanted.some(([known]) => known === number)) throw new Error(`an unknown field ${number}`);
  return wanted.map(([number, type, absent]) => {
    const found = struct.get(number);
    if (found === undefined && absent !== undefined) return absent;
    if (found?.type !== type) throw new Error(`field ${number}: ${found?.type} instead of ${type}`);
    return found.value;
  }) as Found<W>;
}
