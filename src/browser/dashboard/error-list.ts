import { stackWithCauses } from '../../core/errors/exception-attributes.ts';
import type { Breadcrumb, ErrorSignal } from '../../core/signal.ts';
import { element, part, setText } from './element.ts';
import { formatCount, formatTime, unheard } from './format.ts';

/** The last errors, newest first. */
export interface ErrorList {
  /** `isHeard`: whether the server has told anything yet. */
  show(errors: readonly ErrorSignal[], isHeard: boolean): void;
}

/** Of a stack with its causes, in characters. */
const LONGEST = 32_768;

/** `open` is called with the trace that somebody wants to see. */
export function createErrorList(isKnown: (traceId: string) => boolean, open: (traceId: string) => void): ErrorList {
  const root = part('errors');
  const list = element('ul', { class: 'error-list' });
  const empty = element('p');
  const items = new Map<string, HTMLElement>();
  root.append(empty, list);

  function item(signal: ErrorSignal): HTMLElement {
    const { error, timestamp, handled, count = 1 } = signal;
    const details = element(
      'details',
      {},
      element(
        'summary',
        {},
        element('time', { class: 'muted number', text: formatTime(timestamp), attributes: { datetime: isoOf(timestamp) } }),
        element('span', { class: 'error-type', text: error.type }),
        ...(count > 1 ? [element('span', { class: 'tag', text: `×${formatCount(count)}` })] : []),
        ...(handled ? [] : [element('span', { class: 'tag bad', text: 'unhandled' })]),
        element('span', { class: 'error-message', text: error.message }),
      ),
    );
    details.addEventListener('toggle', () => {
      // Made when it is wanted, and once: the trace may be known by then.
      details.querySelector('.error-details')?.remove();
      if (details.open) details.append(errorDetails(signal));
    });
    return element('li', {}, details);
  }

  function errorDetails({ error, breadcrumbs, trace }: ErrorSignal): HTMLElement {
    const made = element('div', { class: 'error-details' }, scrolled(stackWithCauses(error, LONGEST)));
    if (breadcrumbs.length > 0) made.append(element('p', { class: 'label', text: 'Before it' }), scrolled(breadcrumbs.map(stepText).join('\n')));
    const traceId = trace?.traceId;
    if (traceId === undefined) return made;
    const line = element('p', {}, element('span', { class: 'label', text: 'Trace ' }), element('code', { text: traceId }));
    if (isKnown(traceId)) {
      const button = element('button', { class: 'link', text: 'Open trace', attributes: { type: 'button' } });
      button.addEventListener('click', () => open(traceId));
      line.append(button);
    }
    made.append(line);
    return made;
  }

  return {
    show(errors, isHeard) {
      const kept = new Set(errors.map(({ eventId }) => eventId));
      for (const id of items.keys()) if (!kept.has(id)) items.delete(id);
      for (const signal of errors) if (!items.has(signal.eventId)) items.set(signal.eventId, item(signal));
      const wanted = [...kept].map((id) => items.get(id) as HTMLElement);
      if (wanted.length !== list.childElementCount || wanted.some((one, index) => one !== list.children[index])) list.replaceChildren(...wanted);
      empty.className = isHeard ? 'empty good' : 'empty';
      setText(empty, isHeard ? 'No error so far.' : unheard);
      empty.hidden = errors.length > 0;
      setText(part('errors-count'), errors.length > 0 ? formatCount(errors.length) : '');
    },
  };
}

function scrolled(text: string): HTMLElement {
  return element('pre', { text, attributes: { tabindex: '0' } });
}

function stepText({ timestamp, category, message }: Breadcrumb): string {
  return `${formatTime(timestamp)}  ${category}  ${message}`;
}

function isoOf(timestamp: number): string {
  const date = new Date(timestamp);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}
