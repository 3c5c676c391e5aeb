import { stackFrames } from '../../errors/stack-frames.ts';
import type { SentryPlatform } from './sentry-event.ts';

/** A place in a stack, as Sentry has it. */
export interface SentryFrame {
  readonly filename: string;
  readonly function: string;
  readonly lineno?: number | undefined;
  readonly colno?: number | undefined;
  /** Whether it is code of the application, rather than of a package or of the host. */
  readonly in_app: boolean;
}

/** As many as Sentry's own SDKs send. */
const maxFrames = 50;

/**
 * The frames of a stack, outermost first, with the names and files that Sentry's own SDKs give them: an error is grouped with its like,
 * whoever of both captured it.
 */
export function sentryFrames(stack: string | undefined, platform: SentryPlatform): readonly SentryFrame[] {
  if (stack === undefined) return [];
  const frames: SentryFrame[] = [];
  for (const { text, function: name, file, line, column } of stackFrames(stack)) {
    const filename = sentryFilename(file, platform);
    const in_app = platform === 'node' ? isInApp(filename) : true;
    if (frames.push({ filename, function: shownName(name, text), lineno: line, colno: column, in_app }) === maxFrames) break;
  }
  return frames.reverse();
}

/** As source maps are registered, too. */
export function sentryFilename(file: string, platform: SentryPlatform): string {
  return platform === 'node' ? nodePath(file) : file;
}

/** `Layer.handle [as handle_request]`: with the name by which it was called. */
function shownName(name: string | undefined, text: string): string {
  if (name === undefined) return '?';
  const alias = / \[as [^\]]{1,256}\](?= \()/.exec(text)?.[0] ?? '';
  return name.replace(/<anonymous>$/, '?') + alias;
}

/** `file:///C:/app/a%20b.js` is `C:/app/a b.js`. */
function nodePath(file: string): string {
  const path = (file.startsWith('file://') ? file.slice(7) : file).replace(/^\/(?=[A-Z]:)/, '');
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** What has a path, outside of the packages: the host's own modules have none (`node:fs`). */
function isInApp(path: string): boolean {
  return /^(\/|\.|[A-Z]:|[a-z][\w.+-]*:\/\/)/i.test(path) && !path.includes('node_modules/');
}
