/** UCUM's abbreviations as Prometheus spells them: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/ */
const words: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tebibytes',
  kBy: 'kilobytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '%': 'percent',
  '1': '',
};

/** Of what there is one in what something is divided by. */
const singular: Readonly<Record<string, string>> = { d: 'day', h: 'hour', min: 'minute', s: 'second', w: 'week', mo: 'month', y: 'year' };

/** A unit in words: `s` is `seconds`, `By/s` is `bytes_per_second`. Empty for what is a mere number, as `{order}` is. */
export function unitWords(unit: string): string {
  const [amount = '', ...rest] = unit.replaceAll(/\{[^}]*\}/g, '').split('/');
  const per = rest.join('/');
  const left = wordOf(words, amount.trim());
  const right = wordOf(singular, per.trim());
  return right === '' ? left : `${left}${left === '' ? '' : '_'}per_${right}`;
}

function wordOf(known: Readonly<Record<string, string>>, unit: string): string {
  return Object.hasOwn(known, unit) ? known[unit]! : unit.split(/[^a-zA-Z0-9]+/).filter(Boolean).join('_');
}
