import type { Exemplar, PercentileName, Statistics } from '../../core/statistics/statistics.ts';
import { element } from './element.ts';
import { formatDuration, formatTime } from './format.ts';

const shown: readonly PercentileName[] = ['p99', 'p95', 'p50'];

/** The traces behind the percentiles of a series; a trace that the page has can be opened. */
export function exemplarList({ exemplars = {} }: Statistics, isKnown: (traceId: string) => boolean, open: (traceId: string) => void): HTMLElement {
  const items = shown.flatMap((percentile) => {
    // Not a member that everything inherits: the object is made of what came over the wire.
    const exemplar = Object.hasOwn(exemplars, percentile) ? exemplars[percentile] : undefined;
    return exemplar === undefined ? [] : [item(percentile, exemplar, isKnown(exemplar.traceId), open)];
  });
  if (items.length === 0) return element('p', { class: 'empty', text: 'No trace of these values is known.' });
  return element('ul', { class: 'exemplars', attributes: { 'aria-label': 'Traces behind the percentiles' } }, ...items);
}

function item(percentile: PercentileName, { traceId, value, timestamp }: Exemplar, known: boolean, open: (traceId: string) => void): HTMLElement {
  const made = element(
    'li',
    {},
    element('span', { class: `swatch ${percentile}`, attributes: { 'aria-hidden': 'true' } }),
    element('span', { class: 'label', text: percentile }),
    element('span', { class: 'number', text: formatDuration(value) }),
    element('span', { class: 'muted', text: formatTime(timestamp) }),
    element('code', { text: traceId }),
  );
  if (known) {
    const button = element('button', { class: 'link', text: 'Open trace', attributes: { type: 'button', 'aria-label': `Open the trace of ${percentile}` } });
    button.addEventListener('click', () => open(traceId));
    made.append(button);
  }
  return made;
}
