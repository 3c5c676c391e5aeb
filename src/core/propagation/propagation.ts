import type { Propagator } from '../tracing/tracing-options.ts';
import { b3Multi } from './b3-multi.ts';
import { b3 } from './b3.ts';
import type { Carried, Format, FormatSetup } from './format.ts';
import { readHeaders } from './headers.ts';
import type { HeadersInput } from './headers.ts';
import { jaeger } from './jaeger.ts';
import { traceContext } from './trace-context.ts';
import { w3cBaggage } from './w3c-baggage.ts';

/** Reads and writes the headers that carry a trace and baggage. No method throws. */
export interface Propagation {
  /** Lower-case names of every header it may write, and of those that would contradict them: a stale copy of these is replaced. */
  readonly fields: readonly string[];
  /** What these headers carry. */
  extract(headers: HeadersInput): Carried;
  /** The headers that carry this, in a fresh object. */
  inject(carried: Carried): Record<string, string>;
}

export interface PropagationSetup extends FormatSetup {
  /** All are written. The first that holds a valid trace is taken, and of the baggage, apart from that, the first that holds any. */
  readonly propagators: readonly Propagator[];
}

const formats: Readonly<Record<Propagator, Format>> = {
  tracecontext: traceContext,
  baggage: w3cBaggage,
  b3,
  b3multi: b3Multi,
  jaeger,
};

export function createPropagation(setup: PropagationSetup): Propagation {
  const used = [...new Set(setup.propagators)].map((name) => formats[name]);
  // Once, what several have in common.
  const traceReaders = [...new Set(used.map(({ readTrace }) => readTrace))].filter((read) => read !== undefined);
  const baggageReaders = used.map(({ readBaggage }) => readBaggage).filter((read) => read !== undefined);

  return {
    fields: Object.freeze(used.flatMap(({ fields }) => fields)),
    extract(input) {
      const headers = readHeaders(input, () => setup.ignored('headers that cannot be read'));
      return {
        trace: first(traceReaders, (read) => read(headers, setup)),
        baggage: first(baggageReaders, (read) => {
          const entries = read(headers, setup);
          return entries.length === 0 ? undefined : Object.freeze(entries);
        }),
      };
    },
    inject(carried) {
      const headers: Record<string, string> = {};
      for (const format of used) format.write(carried, headers, setup);
      return headers;
    },
  };
}

/** The first answer there is. */
function first<T, A>(candidates: readonly T[], ask: (candidate: T) => A | undefined): A | undefined {
  for (const candidate of candidates) {
    const answer = ask(candidate);
    if (answer !== undefined) return answer;
  }
  return undefined;
}
