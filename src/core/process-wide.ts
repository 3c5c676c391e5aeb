import type { ManagerHandle } from './manager.ts';

/** The process-wide manager: the only state outside of what `create...` returns. */
export interface ProcessWide {
  handle: ManagerHandle | undefined;
}

/** The same for every entry and copy of this package in the process. */
export function processWide(): ProcessWide {
  const key = Symbol.for('@arkhe/observability/1');
  const known: ProcessWide | undefined = Reflect.get(globalThis, key);
  if (known !== undefined) return known;
  const state: ProcessWide = { handle: undefined };
  Reflect.defineProperty(globalThis, key, { value: state });
  return state;
}
