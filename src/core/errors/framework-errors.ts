import { handleOf } from '../manager-handle.ts';
import type { ObservabilityManager } from '../observability.ts';
import { processWide } from '../process-wide.ts';
import type { CaptureOptions } from './error-tracker.ts';
import type { SeenError } from './source-errors.ts';

/** Options of every adapter of a framework. */
export interface FrameworkErrorsOptions {
  /** Whose errors they are. Default: the process-wide manager when the error comes; without one nothing is captured. */
  readonly obs?: ObservabilityManager | undefined;
  /** Short texts to search these errors by, as those of `captureException`. Default: none. */
  readonly tags?: CaptureOptions['tags'];
}

/** What a framework says of an error. */
export type FrameworkError = Omit<SeenError, 'mechanism'>;

/**
 * What all adapters do with what their framework reports: it is captured, unless that is done already. The event id, of the first
 * capture; `undefined` where nobody observes. Never throws, prints nothing: the error goes on as it would.
 */
export type CaptureFrameworkError = (error: unknown, seen: FrameworkError) => string | undefined;

/** `mechanism`: the name of the framework. */
export function frameworkErrors(mechanism: string, { obs, tags }: FrameworkErrorsOptions = {}): CaptureFrameworkError {
  return (error, { handled, level, attributes, context }) => {
    try {
      const handle = obs === undefined ? processWide().handle : handleOf(obs);
      if (handle === undefined || handle.isShutDown) return undefined;
      return handle.sources.errors.capture(error, { mechanism, handled, level, attributes, context, tags });
    } catch {
      // The process-wide manager may be that of another version.
      return undefined;
    }
  };
}
