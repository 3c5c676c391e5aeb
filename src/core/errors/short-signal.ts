import type { Attributes } from '../signal.ts';
import { shortMessage } from './breadcrumb-of.ts';
import type { TrailSignal } from './breadcrumb-of.ts';

const none: Attributes = Object.freeze({});

/** At most what a short signal holds, in bytes: a few texts of 256 characters. */
export const shortBytes = 4_096;

/** What a breadcrumb is made of, without what is large: bodies, contexts, stacks. Throws for what is not what its kind says. */
export function shortSignal(signal: TrailSignal): TrailSignal {
  const base = { ...signal, attributes: none, name: shortMessage(signal.name) };
  switch (base.kind) {
    case 'request':
      return { ...base, path: shortMessage(base.path), params: undefined, headers: undefined };
    case 'response': {
      const kept = { 'error.type': shortValue(signal.attributes['error.type']) };
      const path = shortMessage(base.path);
      return { ...base, attributes: kept, path, params: undefined, headers: undefined, requestData: undefined, data: undefined, error: undefined };
    }
    case 'span': {
      const { code, message } = base.status;
      return { ...base, status: { code, message: message === undefined ? undefined : shortMessage(message) }, events: [], links: [] };
    }
    case 'log':
      return { ...base, message: shortMessage(base.message), context: undefined };
    case 'error': {
      const { type, message } = base.error;
      return { ...base, error: { type, message: shortMessage(message) }, context: undefined, breadcrumbs: [], tags: undefined, user: undefined, recording: undefined };
    }
  }
}

function shortValue(value: Attributes[string]): string | undefined {
  return typeof value === 'string' ? shortMessage(value) : undefined;
}
