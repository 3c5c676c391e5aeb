import { readProperty } from '../read-property.ts';
import { setField } from '../set-field.ts';
import { snapshotText } from '../snapshot.ts';

/** As many as Sentry shows. */
const maxTags = 50;

/** Tags as plain texts: at most 50, names of 32 characters and values of 200, as Sentry has them. Never throws. */
export function snapshotTags(given: unknown): Readonly<Record<string, string>> | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const tags: Record<string, string> = {};
  for (const name of namesOf(given).slice(0, maxTags)) {
    const value = readProperty(given, name);
    if (value !== undefined && value !== null) setField(tags, snapshotText(name, 32), snapshotText(value, 200));
  }
  return tags;
}

function namesOf(given: object): readonly string[] {
  try {
    return Object.keys(given);
  } catch {
    return []; // A Proxy whose traps throw.
  }
}
