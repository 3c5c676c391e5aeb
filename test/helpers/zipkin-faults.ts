// The rules of Zipkin's own description of its API (openzipkin/zipkin-api, zipkin2-api.yaml), as far as it has any of a span, and what
// servers that read the format refuse beyond that.

type Check = (value: unknown, at: string) => string[];

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (pattern?: RegExp): Check => (value, at) =>
  typeof value === 'string' && (pattern === undefined || pattern.test(value)) ? [] : [`${at}: ${JSON.stringify(value)}`];
const whole = (least: number, most = Number.MAX_SAFE_INTEGER): Check => (value, at) =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most ? [] : [`${at}: ${JSON.stringify(value)}`];

/** No other fields than these; a field that is required ends with `!`. */
const object = (fields: Readonly<Record<string, Check>>): Check => (value, at) => {
  if (!isObject(value)) return [`${at}: no object`];
  const names = Object.keys(fields).map((name) => name.replace('!', ''));
  const unknown = Object.keys(value).filter((name) => !names.includes(name)).map((name) => `${at}.${name}: unknown`);
  const known = Object.entries(fields).flatMap(([field, check]) => {
    const name = field.replace('!', '');
    if (!(name in value)) return field.endsWith('!') ? [`${at}.${name}: missing`] : [];
    return check(value[name], `${at}.${name}`);
  });
  return [...unknown, ...known];
};

const list = (check: Check): Check => (value, at) => {
  if (!Array.isArray(value) || value.length === 0) return [`${at}: no list, or empty`];
  const repeated = new Set(value.map((item) => JSON.stringify(item))).size < value.length ? [`${at}: two alike`] : [];
  return [...repeated, ...value.flatMap((item, index) => check(item, `${at}[${index}]`))];
};

const tags: Check = (value, at) =>
  isObject(value) ? Object.entries(value).flatMap(([key, tag]) => text()(tag, `${at}[${JSON.stringify(key)}]`)) : [`${at}: no object`];

const endpoint = object({
  serviceName: text(/[^]/),
  ipv4: text(/^(?:(?:0|[1-9]\d{0,2})(?:\.(?!$)|$)){4}$/),
  ipv6: text(/^[\da-f:.]+$/),
  port: whole(1, 65_535),
});

const spans = list(
  object({
    'traceId!': text(/^(?!0+$)[a-f0-9]{32}$/),
    'id!': text(/^(?!0+$)[a-f0-9]{16}$/),
    parentId: text(/^(?!0+$)[a-f0-9]{16}$/),
    name: text(/[^]/),
    kind: text(/^(CLIENT|SERVER|PRODUCER|CONSUMER)$/),
    timestamp: whole(1),
    duration: whole(1),
    localEndpoint: endpoint,
    remoteEndpoint: endpoint,
    annotations: list(object({ 'timestamp!': whole(1), 'value!': text() })),
    tags,
  }),
);

/** What of this body is not as Zipkin wants it. */
export function zipkinFaults(body: Uint8Array): readonly string[] {
  const json = new TextDecoder('utf-8', { fatal: true }).decode(body);
  // A strict reader takes no half of a surrogate pair.
  const halves = /(^|[^\\])(\\\\)*\\ud[89a-f]/.test(json) ? ['half a surrogate pair'] : [];
  return [...halves, ...spans(JSON.parse(json), 'spans')];
}
