import { wrongOption } from '../configuration-error.ts';
import { copyBefore, setField } from '../set-field.ts';
import type { Attributes, Signal } from '../signal.ts';
import { createCleanSignals } from './clean-signal.ts';
import { createKeyRules } from './key-rules.ts';
import type { RedactOptions } from './redact-options.ts';
import { createTextRedactor } from './text-redactor.ts';
import { redactValue, unredactable } from './value-redactor.ts';
import type { ValueRules } from './value-redactor.ts';

/** Removes secrets. What it is given is never changed: the result is the same object, or a copy where something was removed. */
export interface Redactor {
  /**
   * The signal without its secrets. `undefined` when that cannot be made sure: it must not go on. `asMade`: it has exactly the fields
   * of its kind, which saves a search of most. Never throws.
   */
  redactSignal<S extends Signal>(signal: S, asMade?: boolean): S | undefined;
  /** What goes on every signal, redacted as the attributes of a signal are. It can no longer be changed, and is not searched again. */
  redactResource(resource: Attributes): Attributes;
  /** The text without its secrets. */
  redactText(text: string): string;
  /** The same, remembered: for names, which come again and again. */
  redactName(name: string): string;
}

type Fields = Readonly<Record<string, unknown>>;

const maxRememberedNames = 1_000;
/** Deeper than the causes of any serialised error. */
const maxRecordDepth = 12;

/** What the SDK made itself, and what is no text. */
const ownFields: ReadonlySet<string> = new Set([
  ...['kind', 'timestamp', 'trace', 'duration', 'parentSpanId', 'parentIsRemote', 'spanKind', 'links', 'scope', 'side', 'statusCode'],
  ...['failed', 'eventId', 'handled', 'level', 'severityNumber', 'value', 'instrument'],
]);
/** What holds other fields of this kind: an error its causes, a span its events. */
const recordFields: ReadonlySet<string> = new Set(['error', 'cause', 'errors', 'events', 'breadcrumbs', 'status']);
/** Free of a shape: searched by key and by value. */
const freeFields: ReadonlySet<string> = new Set(['attributes', 'params', 'headers', 'requestData', 'data', 'context', ...recordFields]);
const textFields: ReadonlySet<string> = new Set([
  ...['message', 'path', 'method', 'unit', 'requestId', 'sessionId', 'stack', 'type', 'category', 'code', 'status'],
]);

/** Where the application wants no redaction: whoever reads signals gets them as they are. */
const noRedactor: Redactor = {
  redactSignal: (signal) => signal,
  redactResource: (resource) => Object.freeze({ ...resource }),
  redactText: (text) => text,
  redactName: (name) => name,
};

/** Throws a `ConfigurationError` for wrong options. */
export function createRedactor(options: RedactOptions | false = {}): Redactor {
  if (options === false) return noRedactor;
  const { replacement = '[REDACTED]' } = options;
  if (typeof replacement !== 'string') throw wrongOption('redaction.replacement', 'a string', replacement);
  const keys = createKeyRules(options);
  const redactText = createTextRedactor(keys, replacement);
  const names = new Map<string, string>();
  const rules: ValueRules = { keys, replacement, redactText, redactName };
  const clean = createCleanSignals(rules);

  function redactName(name: string): string {
    const known = names.get(name);
    if (known !== undefined) return known;
    const redacted = redactText(name);
    if (names.size >= maxRememberedNames) names.clear();
    if (name.length <= 256) names.set(name, redacted);
    return redacted;
  }

  function redactRecord(record: Fields, depth: number): Fields {
    let copy: Record<string, unknown> | undefined;
    for (const key in record) {
      let before: unknown;
      let after: unknown;
      try {
        before = record[key];
        after = before === undefined || ownFields.has(key) ? before : redactField(key, before, depth);
      } catch (error) {
        if (ownFields.has(key)) throw error; // Without them it is no signal.
        after = withShapeOf(key, unredactable);
      }
      if (copy === undefined && !Object.is(after, before)) copy = copyBefore(record, key);
      if (copy !== undefined) setField(copy, key, after);
    }
    return copy ?? record;
  }

  function redactField(key: string, value: unknown, depth: number): unknown {
    if (key === 'name' && typeof value === 'string') return redactName(value);
    if (typeof value === 'string' && textFields.has(key)) return redactText(value);
    if (!freeFields.has(key)) return redactUnknown(key, value);
    if (!recordFields.has(key) || depth >= maxRecordDepth) return withShapeOf(key, redactValue(value, key, rules));
    if (Array.isArray(value)) return redactRecords(value, key, depth);
    return isPlain(value) ? redactRecord(value, depth + 1) : withShapeOf(key, redactValue(value, key, rules));
  }

  /** A field no signal has: a user's operator gave it its name, too. */
  function redactUnknown(key: string, value: unknown): unknown {
    const holder = redactValue({ [key]: value }, 'signal', rules);
    return typeof holder === 'object' ? (holder as Fields)[key] : holder;
  }

  function redactRecords(records: readonly unknown[], key: string, depth: number): readonly unknown[] {
    const redacted = records.map((record) => (isPlain(record) ? redactRecord(record, depth + 1) : redactValue(record, key, rules)));
    return redacted.every((record, index) => record === records[index]) ? records : redacted;
  }

  return {
    redactSignal<S extends Signal>(signal: S, asMade: boolean = false): S | undefined {
      try {
        if (asMade && clean.isClean(signal)) return signal;
        const fields: unknown = isPlain(signal) ? signal : flattened(signal);
        return isPlain(fields) && typeof fields['kind'] === 'string' ? (redactRecord(fields, 0) as unknown as S) : undefined;
      } catch {
        return undefined; // The caller counts it as redaction-failed.
      }
    },
    redactResource(resource) {
      const redacted = Object.freeze(withShapeOf('attributes', redactValue({ ...resource }, 'attributes', rules)) as Attributes);
      clean.know(redacted);
      return redacted;
    },
    redactText,
    redactName,
  };
}

/** Who reads attributes and headers, errors and lists, must find what the type says. */
function withShapeOf(key: string, value: unknown): unknown {
  if (typeof value === 'object') return value;
  switch (key) {
    case 'attributes':
    case 'headers':
      return { 'arkhe.redaction': value };
    case 'error':
    case 'cause':
      return { type: 'Error', message: value };
    case 'errors':
    case 'events':
    case 'breadcrumbs':
      return [];
    default:
      return value;
  }
}

function isPlain(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Of a class instance a user's operator made: its own fields. */
function flattened(value: object): Fields {
  return { ...value };
}
