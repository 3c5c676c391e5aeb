import { stackFrames } from '../../errors/stack-frames.ts';
import type { SentryPlatform } from './sentry-event.ts';
import type { SentryException } from './sentry-exceptions.ts';
import { sentryFilename } from './sentry-frames.ts';

/** Tells Sentry which source map belongs to a file. https://develop.sentry.dev/sdk/foundations/transport/event-payloads/debugmeta/ */
export interface DebugImage {
  readonly type: 'sourcemap';
  readonly code_file: string;
  readonly debug_id: string;
}

/** The debug ids of the files in these stacks. */
export type DebugImagesOf = (exceptions: readonly SentryException[]) => readonly DebugImage[];

/** Where bundler plugins register them: a stack that was made in the file, and the id of its source map. */
const registries = ['_sentryDebugIds', '_debugIds'] as const;

/**
 * Reads what bundler plugins registered. Not by the function that `@sentry/core` has for it: that remembers what the parser of the first
 * caller made of it, and the host's own Sentry may be the next.
 */
export function createDebugImages(platform: SentryPlatform): DebugImagesOf {
  let ids = new Map<string, string>();
  let known = 0;

  /** Chunks that load later register later. */
  function read(): void {
    const entries = registries.flatMap((name) => Object.entries(Object(Reflect.get(globalThis, name))));
    if (entries.length === known) return;
    known = entries.length;
    ids = new Map();
    for (const [stack, id] of entries) {
      const file = stackFrames(stack)[0]?.file;
      if (file !== undefined && typeof id === 'string') ids.set(sentryFilename(file, platform), id);
    }
  }

  return (exceptions) => {
    read();
    if (ids.size === 0) return [];
    const files = new Set(exceptions.flatMap(({ stacktrace }) => stacktrace?.frames.map(({ filename }) => filename) ?? []));
    return [...files].flatMap((code_file) => {
      const debug_id = ids.get(code_file);
      return debug_id === undefined ? [] : [{ type: 'sourcemap' as const, code_file, debug_id }];
    });
  };
}
