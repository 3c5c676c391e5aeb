import type { ManagerHandle } from '../manager.ts';

/** What the live stream has to know of a manager beyond its streams. */
export interface ManagerDescription {
  /** Who speaks, as it is configured now. */
  readonly speaker: () => { readonly service: string; readonly environment: string };
  /** By the rules of the manager. */
  readonly redactText: (text: string) => string;
}

export function describeManager(handle: ManagerHandle): ManagerDescription {
  return {
    speaker() {
      const { resource } = handle;
      const said = (name: string, unknown: string): string => String(resource[name] ?? unknown);
      return { service: said('service.name', 'unknown_service'), environment: said('deployment.environment.name', 'unknown') };
    },
    redactText: (text) => handle.redactText(text),
  };
}
