import type { SerializedError } from '../../signal.ts';
import type { SentryPlatform } from './sentry-event.ts';
import { sentryFrames } from './sentry-frames.ts';
import type { SentryFrame } from './sentry-frames.ts';

/** An error, as Sentry has it. https://develop.sentry.dev/sdk/foundations/transport/event-payloads/exception/ */
export interface SentryException {
  readonly type: string;
  readonly value: string;
  readonly stacktrace?: { readonly frames: readonly SentryFrame[] } | undefined;
  readonly mechanism: SentryMechanism;
}

/** How an error was noticed, and where it stands in the tree of causes. */
export interface SentryMechanism {
  readonly type: string;
  readonly handled: boolean;
  /** The field of its parent that it was in: `cause`, `errors[0]`. */
  readonly source?: string | undefined;
  /** Counted from the captured one, which has 0. */
  readonly exception_id?: number | undefined;
  readonly parent_id?: number | undefined;
  readonly is_exception_group?: boolean | undefined;
}

export interface CapturedError {
  readonly error: SerializedError;
  readonly mechanism: string;
  readonly handled: boolean;
}

/** An error with what caused it, the deepest first, the captured one last: that order, and the numbers, are what Sentry groups by. */
export function sentryExceptions({ error, mechanism, handled }: CapturedError, platform: SentryPlatform): readonly SentryException[] {
  const exceptions: SentryException[] = [];

  function add(part: SerializedError, type: string, source: string | undefined, parent: number | undefined): void {
    const frames = sentryFrames(part.stack, platform);
    const id = exceptions.length;
    const isAlone = parent === undefined && part.cause === undefined && part.errors === undefined;
    exceptions.push({
      type: part.type,
      value: part.message,
      stacktrace: frames.length === 0 ? undefined : { frames },
      mechanism: {
        type,
        handled: parent === undefined ? handled : true,
        source,
        exception_id: isAlone ? undefined : id,
        parent_id: parent,
        is_exception_group: part.errors === undefined ? undefined : true,
      },
    });
    if (part.cause !== undefined) add(part.cause, 'chained', 'cause', id);
    part.errors?.forEach((child, index) => add(child, 'chained', `errors[${index}]`, id));
  }

  add(error, mechanism, undefined, undefined);
  return exceptions.reverse();
}
