// What every page of a framework runs: the SDK with all its sources, and what it told of errors.
import { getObservabilityManager } from '../../../src/browser/index.ts';
import type { ErrorSignal, ObservabilityManager } from '../../../src/browser/index.ts';

export interface ObservedErrors {
  readonly obs: ObservabilityManager;
  /** All told so far, also what was only counted. */
  told(): Promise<readonly ErrorSignal[]>;
}

export function observeErrors(): ObservedErrors {
  const obs = getObservabilityManager({ environment: 'production', serviceName: 'shop', sinks: [] });
  const errors: ErrorSignal[] = [];
  obs.signals$.subscribe((signal) => {
    if (signal.kind === 'error') errors.push(signal);
  });
  return {
    obs,
    async told() {
      await obs.flush();
      return errors;
    },
  };
}

/** What the page's own listeners hear of, with or without the SDK. */
export function hearErrors(): readonly unknown[] {
  const heard: unknown[] = [];
  window.addEventListener('error', ({ error }) => heard.push(String(error)));
  window.addEventListener('unhandledrejection', ({ reason }) => heard.push(String(reason)));
  return heard;
}
