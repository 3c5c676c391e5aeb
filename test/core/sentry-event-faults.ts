/** What a field has to be. */
type Check = (value: any) => boolean;

const text: Check = (value) => typeof value === 'string';
const some: Check = (value) => typeof value === 'string' && value !== '';
const hex = (digits: number): Check => (value) => typeof value === 'string' && RegExp(`^[0-9a-f]{${digits}}$`).test(value);
const flag: Check = (value) => typeof value === 'boolean';
const whole: Check = (value) => Number.isSafeInteger(value) && value >= 0;
const seconds: Check = (value) => typeof value === 'number' && value > 1e9 && value < 1e10;
const oneOf = (...values: readonly unknown[]): Check => (value) => values.includes(value);
const fields: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (item: Check): Check => (value) => Array.isArray(value) && value.length > 0 && value.every(item);
const anyList = (item: Check): Check => (value) => Array.isArray(value) && value.every(item);
const object = (checks: Readonly<Record<string, Check>>, required: readonly string[] = []): Check => (value) =>
  fields(value) && required.every((name) => name in value) && Object.keys(value).every((name) => checks[name]?.(value[name]) === true);

const level = oneOf('debug', 'info', 'warning', 'error', 'fatal');
const tag: Check = (value) => fields(value) && Object.entries(value).every(([name, given]) => /^[\w.:-]{1,32}$/.test(name) && typeof given === 'string' && given.length <= 200 && !given.includes('\n'));
const frame = object({ filename: some, function: some, lineno: whole, colno: whole, in_app: flag }, ['filename', 'function', 'in_app']);
const mechanism = object(
  { type: some, handled: flag, source: some, exception_id: whole, parent_id: whole, is_exception_group: flag },
  ['type', 'handled'],
);
const exception = object(
  { type: some, value: text, stacktrace: object({ frames: list(frame) }, ['frames']), mechanism },
  ['type', 'value', 'mechanism'],
);
const breadcrumb = object(
  { type: oneOf('http', 'navigation'), category: some, message: text, level, timestamp: seconds, data: fields },
  ['category', 'message', 'timestamp'],
);
const image = object({ type: oneOf('sourcemap'), code_file: some, debug_id: some }, ['type', 'code_file', 'debug_id']);

/** The fields of an event, as Sentry's schema has them, of which an event of ours may have these. */
const event: Readonly<Record<string, Check>> = {
  event_id: hex(32),
  timestamp: seconds,
  platform: oneOf('node', 'javascript'),
  level,
  environment: some,
  release: some,
  server_name: some,
  message: text,
  exception: object({ values: list(exception) }, ['values']),
  tags: tag,
  user: fields,
  extra: fields,
  contexts: (value) => fields(value) && Object.values(value).every(fields) && (value.trace === undefined || object({ trace_id: hex(32), span_id: hex(16) }, ['trace_id', 'span_id'])(value.trace)),
  breadcrumbs: anyList(breadcrumb),
  fingerprint: list(text),
  debug_meta: object({ images: list(image) }, ['images']),
  request: object({ url: some }),
  sdk: object({ name: some, version: some, packages: list(object({ name: some, version: some })), integrations: anyList(text), settings: fields }, ['name', 'version']),
};

/** The fields of an event that Sentry would not read; none when it is right. */
export function sentryEventFaults(given: Readonly<Record<string, unknown>>): readonly string[] {
  const missing = ['event_id', 'timestamp', 'platform', 'sdk'].filter((name) => !(name in given));
  const wrong = Object.keys(given).filter((name) => event[name]?.(given[name]) !== true);
  return [...missing, ...wrong.map((name) => `${name}: ${JSON.stringify(given[name])}`)];
}
