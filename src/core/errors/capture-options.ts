import { readProperty } from '../read-property.ts';
import { setField } from '../set-field.ts';
import type { Attributes, AttributeValue } from '../signal.ts';
import { snapshotAttributes } from '../snapshot-attributes.ts';
import type { CaptureOptions } from './error-tracker.ts';
import { snapshotTags } from './tags.ts';
import { userAttribute } from './user-attribute.ts';

/** Options of the application, read once: what is copied is so. */
export interface ReadCaptureOptions {
  readonly context: unknown;
  readonly level: unknown;
  readonly handled: unknown;
  /** With the fingerprint. */
  readonly attributes: Attributes;
  readonly fingerprint: AttributeValue | undefined;
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly user: Attributes | undefined;
}

const fingerprintKey = 'arkhe.fingerprint';

/** One by one, as a getter of the application may throw: what cannot be read is `[unreadable]`, and the rest arrives. */
export function captureOptions(given: CaptureOptions | undefined): ReadCaptureOptions {
  const options = Object(given);
  const wanted = readProperty(options, 'fingerprint');
  const own = snapshotAttributes(readProperty(options, 'attributes'));
  const attributes = wanted === undefined ? own : snapshotAttributes({ [fingerprintKey]: wanted }, own);
  const user = readProperty(options, 'user');
  return {
    context: readProperty(options, 'context'),
    level: readProperty(options, 'level'),
    handled: readProperty(options, 'handled'),
    attributes,
    fingerprint: attributes[fingerprintKey],
    tags: snapshotTags(readProperty(options, 'tags')),
    user: typeof user === 'object' && user !== null ? snapshotAttributes(user) : undefined,
  };
}

/** A message has no fields for whom it happened to and how to find it: its attributes have that, of which those given win. */
export function messageAttributes({ attributes, tags, user }: ReadCaptureOptions): Attributes {
  if (tags === undefined && user === undefined) return attributes;
  const all: Record<string, AttributeValue | undefined> = {};
  for (const key in tags) setField(all, key, tags[key]);
  // https://opentelemetry.io/docs/specs/semconv/registry/attributes/user/
  for (const key in user) setField(all, userAttribute(key), user[key]);
  for (const key in attributes) setField(all, key, attributes[key]);
  return all;
}
