import { closest } from '../../core/config/closest.ts';

/** The question whether another name was meant. `undefined`: none is near. */
export function didYouMean(given: string, names: readonly string[], prefix = ''): string | undefined {
  const near = closest(given, names);
  return near === undefined ? undefined : `did you mean ${prefix}${near}?`;
}
