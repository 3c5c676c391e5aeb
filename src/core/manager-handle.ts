import type { ManagerHandle } from './manager.ts';
import type { ObservabilityManager } from './observability.ts';

/** Also of a manager that another copy of this package in the process made. */
const key: symbol = Symbol.for('@arkhe/observability/handle/1');

/** Makes the handle of a manager findable by the manager. */
export function attachHandle(handle: ManagerHandle): ManagerHandle {
  Reflect.defineProperty(handle.manager, key, { value: handle });
  return handle;
}

/** `undefined` for what is no manager of this SDK. */
export function handleOf(manager: ObservabilityManager): ManagerHandle | undefined {
  return Reflect.get(Object(manager), key);
}
