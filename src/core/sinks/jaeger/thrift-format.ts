import { encodeEach } from '../http/encoded-records.ts';
import type { SpanFormat } from '../http/span-sink.ts';
import type { OtlpResource } from '../otlp/otlp-resource.ts';
import { tagText } from '../span-tags.ts';
import { toJaegerSpan } from './jaeger-span.ts';
import type { JaegerLog, JaegerSpan, JaegerTags } from './jaeger-span.ts';
import { createThriftBuffer } from './thrift-buffer.ts';

// Numbers of fields are those of https://github.com/jaegertracing/jaeger-idl/blob/main/thrift/jaeger.thrift

/** Types of fields. */
const BOOL = 2;
const DOUBLE = 4;
const I32 = 8;
const I64 = 10;
const TEXT = 11;
const STRUCT = 12;
const LIST = 15;
/** Ends a struct. */
const STOP = 0;

/** Types of tags. There is a fifth for bytes, which no attribute has. */
const TAG_TEXT = 0;
const TAG_DOUBLE = 1;
const TAG_BOOL = 2;
const TAG_LONG = 3;

const FOLLOWS_FROM = 1;
const SAMPLED = 1;

/** Jaeger's `Batch` in Thrift's binary protocol, as its collector takes it at `/api/traces`. */
export const thriftFormat: SpanFormat = {
  contentType: 'application/vnd.apache.thrift.binary',
  spanBytes: 600,
  createEncoder(resource) {
    const writeBatch = createBatchWriter(resource);
    return (spans) => encodeEach(spans, (span) => toJaegerSpan(span, resource), writeBatch);
  },
};

function createBatchWriter(resource: OtlpResource): (spans: readonly JaegerSpan[]) => Uint8Array {
  const { byte, double, field, finish, i32, i64, id, text } = createThriftBuffer();
  const { 'service.name': serviceName = 'unknown_service', ...processTags } = resource.attributes;

  /** A field that is a list of structs; none when it is empty. */
  function list<T>(number: number, items: readonly T[], write: (item: T) => void): void {
    if (items.length === 0) return;
    field(LIST, number);
    byte(STRUCT);
    i32(items.length);
    for (const item of items) {
      write(item);
      byte(STOP);
    }
  }

  function textField(number: number, value: string): void {
    field(TEXT, number);
    text(value);
  }

  function i32Field(number: number, value: number): void {
    field(I32, number);
    i32(value);
  }

  function i64Field(number: number, value: number): void {
    field(I64, number);
    i64(value);
  }

  function idField(number: number, digits: string, from: number = 0): void {
    field(I64, number);
    id(digits, from);
  }

  function tag([key, value]: readonly [string, unknown]): void {
    textField(1, key);
    switch (typeof value) {
      case 'boolean':
        i32Field(2, TAG_BOOL);
        field(BOOL, 5);
        byte(value ? 1 : 0);
        break;
      case 'number':
        if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63) {
          i32Field(2, TAG_LONG);
          i64Field(6, value);
        } else {
          i32Field(2, TAG_DOUBLE);
          field(DOUBLE, 4);
          double(value);
        }
        break;
      default:
        i32Field(2, TAG_TEXT);
        textField(3, tagText(value));
    }
  }

  function tags(number: number, values: JaegerTags): void {
    list(number, Object.entries(values), tag);
  }

  function log({ timestamp, fields }: JaegerLog): void {
    i64Field(1, timestamp);
    tags(2, fields);
  }

  function reference({ traceId, spanId }: JaegerSpan['trace']): void {
    i32Field(1, FOLLOWS_FROM);
    idField(2, traceId, 16);
    idField(3, traceId);
    idField(4, spanId);
  }

  function span({ trace, parentSpanId, operationName, references, startTime, duration, tags: values, logs }: JaegerSpan): void {
    idField(1, trace.traceId, 16);
    idField(2, trace.traceId);
    idField(3, trace.spanId);
    // The parent has its own field, so that no reference to it is needed.
    if (parentSpanId === undefined) i64Field(4, 0);
    else idField(4, parentSpanId);
    textField(5, operationName);
    list(6, references, reference);
    i32Field(7, SAMPLED);
    i64Field(8, startTime);
    i64Field(9, duration);
    tags(10, values);
    list(11, logs, log);
  }

  return (spans) => {
    field(STRUCT, 1);
    textField(1, tagText(serviceName));
    tags(2, processTags);
    byte(STOP);
    list(2, spans, span);
    byte(STOP);
    return finish();
  };
}
