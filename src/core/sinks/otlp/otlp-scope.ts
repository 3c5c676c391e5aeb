import { VERSION } from '../../version.ts';

/** The library whose records these are. */
export interface OtlpScope {
  readonly name: string;
  readonly version?: string | undefined;
}

/** Ours: of everything no other library has made. */
export const ownScope: OtlpScope = { name: '@arkhe/observability', version: VERSION };

/** Gives scopes of the same name and version one identity, by which the serialisers group. For one batch: names have no bound. */
export function createScopes(): (scope: OtlpScope | undefined) => OtlpScope {
  const known = new Map<string, OtlpScope>();
  let last: OtlpScope | undefined;
  let lastKnown = ownScope;
  return (scope) => {
    if (scope === undefined) return ownScope;
    if (scope === last) return lastKnown;
    const { name, version } = scope;
    const key = `${name}@${version}`;
    last = scope;
    lastKnown = known.get(key) ?? { name: String(name), version: version === undefined ? version : String(version) };
    known.set(key, lastKnown);
    return lastKnown;
  };
}
