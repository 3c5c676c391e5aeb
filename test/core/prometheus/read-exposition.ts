/** A line of the text format that is no comment. */
export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ReadFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly ReadSample[];
}

/**
 * Reads the text format as strictly as its definition allows, and more: every family has its help and its type once and before its
 * samples, no sample comes twice, histograms are complete and never go down.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 * @throws Error that names the line
 */
export function readExposition(text: string): Map<string, ReadFamily> {
  if (!text.endsWith('\n')) throw new Error('no line end at the end');
  const families = new Map<string, { type: string; help: string; samples: ReadSample[] }>();
  const owners = new Map<string, string>();
  const seen = new Set<string>();
  let current = '';
  const fail = (line: string, why: string): never => {
    throw new Error(`${why}: ${JSON.stringify(line)}`);
  };
  for (const line of text.slice(0, -1).split('\n')) {
    const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\]|\\\\|\\n)+)$/.exec(line);
    const type = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$/.exec(line);
    if (help !== null) {
      current = help[1]!;
      if (families.has(current)) fail(line, 'a family that was there before');
      families.set(current, { type: '', help: help[2]!, samples: [] });
    } else if (type !== null) {
      const family = families.get(type[1]!);
      if (type[1] !== current || family === undefined || family.type !== '') return fail(line, 'a type out of place');
      family.type = type[2]!;
      for (const suffix of type[2] === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']) {
        if (owners.has(current + suffix)) fail(line, 'a name of two families');
        owners.set(current + suffix, current);
      }
    } else {
      const sample = readSample(line) ?? fail(line, 'neither a comment nor a sample');
      if (owners.get(sample.name) !== current) fail(line, 'a sample out of place');
      const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
      if (seen.has(key)) fail(line, 'a sample that was there before');
      seen.add(key);
      families.get(current)!.samples.push(sample);
    }
  }
  for (const [name, family] of families) {
    if (family.type === '' || family.samples.length === 0) throw new Error(`${name} has no type or no samples`);
    if (family.type === 'histogram') expectHistogram(name, family.samples);
    else if (family.samples.some(({ labels }) => 'le' in labels)) throw new Error(`${name} has le, and is no histogram`);
  }
  return families;
}

function readSample(line: string): ReadSample | undefined {
  const whole = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/s.exec(line);
  if (whole === null) return undefined;
  const [, name = '', inner, number = ''] = whole;
  if (!/^([+-]?\d+(\.\d+)?(e[+-]\d+)?|NaN|[+-]Inf)$/.test(number)) return undefined;
  const labels = new Map<string, string>();
  const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(,|$)/sy;
  while (inner !== undefined && label.lastIndex < inner.length) {
    const found = label.exec(inner);
    if (found === null) return undefined;
    const [, key = '', escaped = '', end] = found;
    // Prometheus reads a label without a value as none; names that begin with two underscores are its own.
    if (labels.has(key) || escaped === '' || key.startsWith('__') || (end === ',' && label.lastIndex === inner.length)) return undefined;
    if (/[\0-\x08\x0b-\x1f\p{Surrogate}]/u.test(escaped)) return undefined;
    labels.set(key, escaped.replace(/\\(.)/gs, (_, character: string) => (character === 'n' ? '\n' : character)));
  }
  if (inner !== undefined && labels.size === 0) return undefined;
  return { name, labels: Object.fromEntries(labels), value: Number(number.replace('Inf', 'Infinity')) };
}

function expectHistogram(name: string, samples: readonly ReadSample[]): void {
  const groups = new Map<string, ReadSample[]>();
  for (const sample of samples) {
    const key = JSON.stringify(Object.entries(sample.labels).filter(([label]) => label !== 'le').sort());
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  for (const [key, group] of groups) {
    const bounds = group.slice(0, -2);
    const [sum, count] = group.slice(-2);
    const les = bounds.map(({ labels }) => Number(labels['le']?.replace('Inf', 'Infinity')));
    const isComplete =
      bounds.every((bound) => bound.name === `${name}_bucket`) &&
      sum?.name === `${name}_sum` &&
      count?.name === `${name}_count` &&
      les.at(-1) === Number.POSITIVE_INFINITY &&
      bounds.at(-1)?.value === count.value;
    const ascends = bounds.every(({ value }, at) => at === 0 || (value >= bounds[at - 1]!.value && les[at]! > les[at - 1]!));
    if (!isComplete || !ascends) throw new Error(`${name}${key} is not a whole histogram`);
  }
}
