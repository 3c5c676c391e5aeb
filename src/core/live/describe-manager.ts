import type { ManagerHandle } from '../manager.ts';
import { createRedactor } from '../redaction/redactor.ts';
import type { Attributes } from '../signal.ts';

/** What the live stream has to know of a manager beyond its streams. */
export interface ManagerDescription {
  /** Who speaks, as it is configured now. */
  readonly speaker: () => { readonly service: string; readonly environment: string };
  /** By the rules of the manager, or by the default ones. */
  readonly redactText: (text: string) => string;
}

/** A manager of another version of this package may not say all of it. */
type Described = ManagerHandle & {
  readonly resource?: Attributes | undefined;
  readonly redactText?: ((text: string) => string) | undefined;
};

export function describeManager(handle: ManagerHandle): ManagerDescription {
  const { redactText }: Described = handle;
  return {
    speaker() {
      const { resource }: Described = handle;
      const said = (name: string, unknown: string): string => String(resource?.[name] ?? unknown);
      return { service: said('service.name', 'unknown_service'), environment: said('deployment.environment.name', 'unknown') };
    },
    redactText: redactText ?? createRedactor().redactText,
  };
}
