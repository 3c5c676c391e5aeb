import { stackFrames } from '../../core/errors/stack-frames.ts';
import { readProperty } from '../../core/read-property.ts';

/** Also without a path: so much the browser tells a page. Safari hides whose code it is. */
const extension = /^(?:(?:chrome|moz|ms-browser|safari(?:-web)?)-extension|webkit-masked-url)(?::|$)/;

/** Whether an address is of an extension of the browser. */
export function isOfExtension(address: unknown): boolean {
  return typeof address === 'string' && extension.test(address);
}

/**
 * Whether an error is of extensions alone. They wrap functions that pages call, such as `fetch`: what has code of the page in its stack is
 * the page's. `file` decides where there is no stack.
 */
export function isErrorOfExtension(error: unknown, file?: unknown): boolean {
  const stack = typeof error === 'object' && error !== null ? readProperty(error, 'stack') : undefined;
  const frames = typeof stack === 'string' ? stackFrames(stack).filter(({ line }) => line !== undefined) : [];
  return frames.length === 0 ? isOfExtension(file) : frames.every((frame) => isOfExtension(frame.file));
}
