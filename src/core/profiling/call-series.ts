import type { Runtime } from '../runtime.ts';
import type { Attributes } from '../signal.ts';
import { snapshotAttributes, withResource } from '../snapshot-attributes.ts';
import { snapshotText } from '../snapshot.ts';
import type { ExponentialHistogram } from '../statistics/exponential-histogram.ts';
import { seriesName } from '../statistics/series-table.ts';
import type { LifetimeSeries } from './lifetime-series.ts';

/** What calls of one name with the same attributes have in common, found once and not with every call. */
export class CallSeries {
  readonly name: string;
  readonly #runtime: Runtime;
  readonly #lifetime: LifetimeSeries;
  readonly #own: Attributes | undefined;
  #resource: Attributes | undefined = undefined;
  #attributes: Attributes | undefined = undefined;
  #version: number = -1;
  #histogram: ExponentialHistogram | undefined = undefined;

  /** `own` comes from `snapshotAttributes`. */
  constructor(runtime: Runtime, lifetime: LifetimeSeries, name: unknown, own: Attributes | undefined) {
    this.name = seriesName(snapshotText(name));
    this.#runtime = runtime;
    this.#lifetime = lifetime;
    this.#own = own;
  }

  /** Not before something is recorded: a name without data is absent. */
  get histogram(): ExponentialHistogram {
    const known = this.#histogram;
    const { version } = this.#lifetime;
    return known !== undefined && version === this.#version ? known : this.#open(version);
  }

  /** With those of the resource. Frozen: all signals of the series share them. */
  get attributes(): Attributes {
    const { resource } = this.#runtime;
    const known = this.#attributes;
    return known !== undefined && resource === this.#resource ? known : this.#attributesWith(resource);
  }

  #attributesWith(resource: Attributes): Attributes {
    this.#resource = resource;
    return (this.#attributes = this.#own === undefined ? resource : Object.freeze(withResource(snapshotAttributes(this.#own), resource)));
  }

  #open(version: number): ExponentialHistogram {
    this.#version = version;
    return (this.#histogram = this.#lifetime.open(this.name));
  }
}
