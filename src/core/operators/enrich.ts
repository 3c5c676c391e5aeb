import { map } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import { wrongOption } from '../configuration-error.ts';
import type { Attributes, Signal } from '../signal.ts';
import { snapshotAttributes } from '../snapshot-attributes.ts';

/**
 * Adds attributes to each signal: always the same ones, or what a function says for this one. Attributes already there win; keys
 * whose value is `undefined` are left out. What is added is copied and capped as everything emitted is. A signal for which the
 * function throws, or gives no attributes, passes unchanged. Throws `ConfigurationError` when given neither attributes nor a function.
 */
export function enrich<S extends Signal>(
  attributes: Attributes | ((signal: S) => Attributes | undefined),
): MonoTypeOperatorFunction<S> {
  const added = typeof attributes === 'function' ? attributes : always(attributes);
  return map((signal) => {
    try {
      const more = added(signal);
      if (!isObject(more)) return signal;
      // The fixed ones are a snapshot already.
      const safe = added === attributes ? snapshotAttributes(more) : more;
      return { ...signal, attributes: { ...safe, ...defined(signal.attributes) } };
    } catch {
      // Fails open: an attribute less is better than a signal less.
      return signal;
    }
  });
}

/** The attributes as they are now: what the application does to its object later changes no signal. */
function always(attributes: Attributes): () => Attributes {
  if (!isObject(attributes)) {
    throw wrongOption('enrich.attributes', 'an object of attributes, or a function that gives one', attributes);
  }
  const fixed = snapshotAttributes(attributes);
  return () => fixed;
}

function isObject(attributes: unknown): attributes is Attributes {
  return typeof attributes === 'object' && attributes !== null && !Array.isArray(attributes);
}

/** Without the keys whose value is `undefined`: those must not win over an added one. */
function defined(attributes: Attributes): Attributes {
  for (const key in attributes) {
    if (attributes[key] === undefined) {
      return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
    }
  }
  return attributes;
}
