import type { LiveTrace } from '../../core/live/live-frame.ts';
import type { SpanSignal } from '../../core/signal.ts';
import { element, part } from './element.ts';
import { formatCount, formatDuration, formatTime } from './format.ts';
import { textOf } from './own-attributes.ts';
import { layOutTrace } from './trace-layout.ts';
import type { SpanBar } from './trace-layout.ts';

/** The selected trace, its spans as bars under their parents. */
export interface Waterfall {
  show(trace: LiveTrace | undefined): void;
}

const DEEPEST = 12;
const TICKS = [0, 0.25, 0.5, 0.75, 1];

export function createWaterfall(): Waterfall {
  const root = part('waterfall');
  let shown: LiveTrace | undefined;
  /** Whose details are open, also after the trace came again with more spans. */
  const open = new Set<string>();

  function bar({ span, depth, orphan, offset, duration }: SpanBar, whole: number, id: string): HTMLElement {
    const failed = span.status.code === 'error';
    const track = element('span', { class: 'track', attributes: { 'aria-hidden': 'true' } }, element('span', { class: 'span-bar' }));
    // Through the object model: the policy of the page lets no style attribute pass.
    const { style } = track.firstElementChild as HTMLElement;
    style.left = `${Math.min(99.6, (offset / whole) * 100)}%`;
    style.width = `${(duration / whole) * 100}%`;
    const label = element('span', { class: 'span-name' }, element('span', { text: span.name }));
    if (span.spanKind !== 'internal') label.append(element('span', { class: 'tag', text: span.spanKind }));
    label.style.paddingInlineStart = `${Math.min(depth, DEEPEST) * 14}px`;
    if (failed) label.prepend(element('span', { class: 'failed-mark', text: '✕', title: 'failed', attributes: { role: 'img', 'aria-label': 'failed' } }));
    if (orphan) label.append(element('span', { class: 'muted', text: span.parentIsRemote === true ? ' ↖ from elsewhere' : ' ↖ parent not seen' }));
    const details = element('div', { class: 'span-details', attributes: { id } });
    const button = element(
      'button',
      { class: 'span-row', title: span.name, attributes: { type: 'button', 'aria-controls': id } },
      label,
      track,
      element('span', { class: 'number', text: formatDuration(span.duration) }),
    );
    const item = element('li', { class: failed ? 'failed' : '', attributes: { 'data-span': span.trace.spanId, 'data-depth': String(depth) } }, button, details);
    const unfold = (): void => {
      const isOpen = open.has(span.trace.spanId);
      button.setAttribute('aria-expanded', String(isOpen));
      details.hidden = !isOpen;
      if (isOpen && details.childElementCount === 0) details.append(...spanDetails(span, offset));
    };
    button.addEventListener('click', () => {
      if (!open.delete(span.trace.spanId)) open.add(span.trace.spanId);
      unfold();
    });
    unfold();
    return item;
  }

  return {
    show(trace) {
      // The same trace comes again with each frame: what is being read stays as it is.
      if (root.childElementCount > 0 && JSON.stringify(trace) === JSON.stringify(shown)) return;
      if (trace?.traceId !== shown?.traceId) open.clear();
      shown = trace;
      if (trace === undefined) return root.replaceChildren(element('p', { class: 'empty', text: 'Select a trace to see where its time went.' }));
      const { duration, bars } = layOutTrace(trace.spans);
      root.replaceChildren(
        header(trace),
        element('div', { class: 'ruler', attributes: { 'aria-hidden': 'true' } }, element('span'), element('span', { class: 'ticks' }, ...TICKS.map((tick) => element('span', { text: formatDuration(tick * duration) })))),
        element('ol', { class: 'spans', attributes: { 'aria-label': `Spans of ${trace.name}` } }, ...bars.map((one, index) => bar(one, duration, `span-${index}`))),
      );
    },
  };
}

function header({ name, traceId, timestamp, duration, failed, spans, leftOut }: LiveTrace): HTMLElement {
  const more = leftOut > 0 ? ` and ${formatCount(leftOut)} more that are not shown` : '';
  return element(
    'div',
    { class: 'trace-head' },
    element('h3', { text: name }),
    element('p', { class: 'facts', text: `${formatDuration(duration)} · ${failed ? 'failed · ' : ''}${formatCount(spans.length)} ${spans.length === 1 ? 'span' : 'spans'}${more} · began ${formatTime(timestamp)}` }),
    element('code', { text: traceId }),
  );
}

function spanDetails({ trace, status, attributes, events, scope }: SpanSignal, offset: number): HTMLElement[] {
  const rows = [
    ['begins after', formatDuration(offset)],
    ['span id', trace.spanId],
    ...(status.message === undefined ? [] : [['status', status.message]]),
    ...(scope === undefined ? [] : [['library', scope.name]]),
    ...Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [[key, textOf(value)]])),
  ] as const;
  const list = element('dl', { class: 'attributes' }, ...rows.flatMap(([key = '', value = '']) => [element('dt', { text: key }), element('dd', { text: value })]));
  if (events.length === 0) return [list];
  const happened = events.map(({ name, timestamp, attributes: more }) =>
    element('li', { text: `${formatTime(timestamp)} ${name} ${Object.entries(more).map(([key, value]) => `${key}=${textOf(value)}`).join(' ')}` }),
  );
  return [list, element('ul', { class: 'span-events', attributes: { 'aria-label': 'Events' } }, ...happened)];
}
