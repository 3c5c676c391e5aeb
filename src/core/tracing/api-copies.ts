import { propagation } from '@opentelemetry/api';
import { Subscription } from 'rxjs';
import type { Clock } from '../clock.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { readProperty } from '../read-property.ts';

/** A copy of `@opentelemetry/api`. */
export interface ApiCopy {
  readonly version: string;
  /** Where its files are; `undefined` when only its version can be told. */
  readonly folder: string | undefined;
}

export interface ApiCopiesSetup {
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  /** The copies whose files the host finds, each once. Absent where there are no files. */
  readonly find: (() => readonly ApiCopy[]) | undefined;
}

/** Where all copies of this major version register. */
const registry: unique symbol = Symbol.for('opentelemetry.js.api.1') as never;

/** When the application has loaded what it begins with, in milliseconds. */
const LOADED = 2_000;

/**
 * Says once on `health$` that there is more than one copy of `@opentelemetry/api`: what was registered with one is invisible to an
 * older or newer other one, silently. It looks at once, and once more when the application has been loaded. Never throws.
 */
export function watchApiCopies({ clock, diagnostics, find = () => [] }: ApiCopiesSetup): Subscription {
  const later = new Subscription();

  function look(): void {
    const copies = withRegistered(find());
    if (copies.length < 2) return;
    diagnostics.ignored('open-telemetry', warningOf(copies));
    later.unsubscribe();
  }

  try {
    look();
    if (!later.closed) {
      const ticks = clock.every(LOADED).subscribe(() => {
        later.unsubscribe();
        look();
      });
      later.add(ticks);
    }
  } catch (error) {
    // A host without timers or files while it starts.
    diagnostics.failed('source-failed', 'open-telemetry', error);
  }
  return later;
}

/** Whether OpenTelemetry's global API is in the hands of a copy of another version: then nothing can be registered here. */
export function isRegistryForeign(): boolean {
  const registered = registeredVersion();
  return registered !== undefined && registered !== ownVersion();
}

/** Those found, the one this package uses, and the one that registered first. */
function withRegistered(found: readonly ApiCopy[]): readonly ApiCopy[] {
  const copies = [...found];
  for (const version of [ownVersion(), registeredVersion()]) {
    const isKnown = version === undefined || copies.some((copy) => copy.version === version);
    if (!isKnown) copies.push({ version, folder: undefined });
  }
  return copies;
}

function warningOf(copies: readonly ApiCopy[]): string {
  const list = copies.map(({ version, folder }) => (folder === undefined ? version : `${version} in ${folder}`)).join(', ');
  const isOneVersion = new Set(copies.map(({ version }) => version)).size === 1;
  const effect = isOneVersion
    ? 'they work together only as long as their versions are equal'
    : 'spans and contexts of one may not reach the other, without an error';
  return `${copies.length} copies of @opentelemetry/api: ${list}; ${effect}. \`npm ls @opentelemetry/api\` shows who brings them, ` +
    '`npm dedupe` or `overrides` in package.json leaves one';
}

function registeredVersion(): string | undefined {
  return versionIn(Reflect.get(globalThis, registry));
}

/** No copy tells its version but in what it registers: here in a registry of its own, which nobody sees. */
function ownVersion(): string | undefined {
  const shared: unknown = Reflect.get(globalThis, registry);
  if (!Reflect.set(globalThis, registry, undefined)) return undefined;
  try {
    propagation.setGlobalPropagator({ inject: () => undefined, extract: (context) => context, fields: () => [] });
    return versionIn(Reflect.get(globalThis, registry));
  } finally {
    if (shared === undefined) Reflect.deleteProperty(globalThis, registry);
    else Reflect.set(globalThis, registry, shared);
  }
}

function versionIn(registered: unknown): string | undefined {
  const version = readProperty(Object(registered), 'version');
  return typeof version === 'string' ? version : undefined;
}

/** Whether anybody has registered a context manager. It is asked with every request. */
export function isContextManaged(): boolean {
  const registered = (globalThis as { readonly [registry]?: { readonly context?: unknown } })[registry];
  return registered?.context !== undefined;
}
