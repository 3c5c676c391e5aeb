import type { Signal } from '../signal.ts';

/**
 * The series that a signal counts in where rolling statistics are shown: of a timed call its name; of the response of a server its method
 * and route, or the method alone where no route is known: paths have no end. `undefined`: in none.
 */
export function liveSeries(signal: Signal): string | undefined {
  if (signal.kind === 'profile') return signal.name;
  if (signal.kind !== 'response' || signal.side === 'client') return undefined;
  return signal.attributes['http.route'] === undefined ? signal.method : signal.name;
}
