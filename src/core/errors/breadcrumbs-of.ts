import { setField } from '../set-field.ts';
import type { Attributes, AttributeValue, Breadcrumb, SpanSignal } from '../signal.ts';
import { breadcrumbOf, shortMessage } from './breadcrumb-of.ts';
import type { TrailSignal } from './breadcrumb-of.ts';
import { attributeSize, breadcrumbSize } from './breadcrumb-size.ts';

/** What may become a breadcrumb, or is one. */
export type Step = TrailSignal | Breadcrumb;

/** All of one error, in characters. */
const maxCharacters = 32_768;

/**
 * The breadcrumbs of these steps: the latest, oldest first, at most 32 KiB of them. A request that has its response is told by that, and
 * so is its span. What is not what its kind says is left out. Never throws.
 */
export function breadcrumbsOf(steps: readonly Step[], most: number, isOwn?: (eventId: string) => boolean): readonly Breadcrumb[] {
  const told = toldByResponses(steps);
  const breadcrumbs: Breadcrumb[] = [];
  for (const step of steps) {
    const breadcrumb = madeOf(step, told, isOwn);
    if (breadcrumb !== undefined) breadcrumbs.push(breadcrumb);
  }
  // Those of a trace and those of none come one after the other; what happened at one moment keeps its order.
  breadcrumbs.sort((one, other) => one.timestamp - other.timestamp);
  return latest(breadcrumbs, most);
}

/** The ids of the requests that have their response, and of the spans of these. */
function toldByResponses(steps: readonly Step[]): ReadonlySet<string> {
  const told = new Set<string>();
  for (const step of steps) {
    if (!isSignal(step) || step.kind !== 'response') continue;
    told.add(step.requestId);
    if (step.trace !== undefined) told.add(step.trace.spanId);
  }
  return told;
}

function madeOf(step: Step, told: ReadonlySet<string>, isOwn: ((eventId: string) => boolean) | undefined): Breadcrumb | undefined {
  if (!isSignal(step)) return step;
  try {
    if (step.kind === 'request' && told.has(step.requestId)) return undefined;
    if (step.kind === 'span' && isExchange(step) && told.has(step.trace.spanId)) return undefined;
    if (step.kind === 'error' && isOwn?.(step.eventId) === true) return undefined;
    return breadcrumbOf(step);
  } catch {
    return undefined; // A user's operator made it.
  }
}

/** A response that was logged inside of some other span has that one's id. */
function isExchange({ spanKind }: SpanSignal): boolean {
  return spanKind === 'server' || spanKind === 'client';
}

function isSignal(step: Step): step is TrailSignal {
  return 'kind' in step;
}

function latest(breadcrumbs: readonly Breadcrumb[], most: number): readonly Breadcrumb[] {
  const kept: Breadcrumb[] = [];
  let left = maxCharacters;
  for (let index = breadcrumbs.length - 1; index >= 0 && kept.length < most; index -= 1) {
    const breadcrumb = fitting(breadcrumbs[index]!);
    left -= breadcrumbSize(breadcrumb);
    if (left < 0) break;
    kept.push(breadcrumb);
  }
  return kept.reverse();
}

/** The application may have left one that would keep all others away. */
function fitting(breadcrumb: Breadcrumb): Breadcrumb {
  const { category, message, timestamp, level, attributes } = breadcrumb;
  const isLarge = breadcrumbSize(breadcrumb) > maxCharacters / 8;
  if (message.length <= 256 && !isLarge) return breadcrumb;
  return { category, message: shortMessage(message), timestamp, level, attributes: isLarge ? someOf(attributes) : attributes };
}

/** The first of them, texts as short as messages, and how many there were more. */
function someOf(attributes: Attributes): Attributes {
  const some: Record<string, AttributeValue | undefined> = {};
  let left = maxCharacters / 8;
  let dropped = 0;
  for (const key of Object.keys(attributes)) {
    const value = attributes[key];
    const short = typeof value === 'string' ? shortMessage(value) : value;
    left -= attributeSize(key, short);
    if (left < 0) dropped += 1;
    else setField(some, key, short);
  }
  if (dropped > 0) some['arkhe.attributes_dropped'] = dropped;
  return some;
}
