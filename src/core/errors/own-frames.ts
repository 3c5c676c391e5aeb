import { stackFrames } from './stack-frames.ts';
import type { StackFrame } from './stack-frames.ts';

/** A constant, which only a stack at run time can tell. Empty: this code is in a bundle with the application's. */
let ownFiles: string | undefined;

/**
 * The stack without the lines of this package's own files, which stand between the application's: a wrapped function, a span around
 * a callback. All of it where nothing else of the application would be left. Never throws.
 */
export function withoutOwnFrames(stack: string): string {
  ownFiles ??= findOwnFiles();
  if (!ownFiles || !stack.includes(ownFiles)) return stack;
  const kept: string[] = [];
  let isOthersToo = false;
  for (const line of stack.split('\n')) {
    if (isOwn(line, ownFiles)) continue;
    kept.push(line);
    // Read until one is found, which is soon.
    isOthersToo ||= stackFrames(line).some((frame) => !isOfEngine(frame));
  }
  return isOthersToo ? kept.join('\n') : stack;
}

/** Not a line of the message that names a file. */
function isOwn(line: string, files: string): boolean {
  const at = line.indexOf(files);
  return at >= 0 && (at === 0 || line.startsWith('    at ') || line[at - 1] === '@');
}

/** What the files of this package begin with, by what a stack calls the file of this function; `undefined` where there is no stack. */
function findOwnFiles(): string | undefined {
  try {
    const { stack }: { readonly stack?: unknown } = new Error();
    const frame = typeof stack === 'string' ? stackFrames(stack)[0] : undefined;
    return frame && ownFilesFrom(frame.file);
  } catch {
    return undefined; // The application prepares stacks itself, and that failed.
  }
}

const layouts: readonly RegExp[] = [
  // A file each, as in the sources.
  /^(.*[/\\])core[/\\]errors[/\\]own-frames\.[jt]s/,
  /^(.*[/\\]@arkhe[/\\]observability[/\\]dist[/\\])/,
  /^(.*[/\\]observability\.iife\.min\.js)/,
];

/** What all files of this package begin with, when this one is called so; empty for any other name: it may be the application's. */
export function ownFilesFrom(file: string): string {
  for (const layout of layouts) {
    const [, prefix] = layout.exec(file.slice(0, 4_096)) ?? [];
    if (prefix !== undefined) return prefix;
  }
  return '';
}

function isOfEngine({ file, line }: StackFrame): boolean {
  return file.startsWith('node:') || (line === undefined && !file.startsWith('wasm:'));
}
