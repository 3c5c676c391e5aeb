import type { LiveTrace } from '../../core/live/live-frame.ts';
import { element, part, setAttribute, setText, updateChildren } from './element.ts';
import { formatCount, formatDuration, formatTime } from './format.ts';
import { createWaterfall } from './waterfall.ts';

/** The slowest traces, and the selected one as a waterfall. */
export interface TraceList {
  show(traces: readonly LiveTrace[]): void;
  has(traceId: string): boolean;
  /** Selects it and brings it into view. */
  open(traceId: string): void;
}

export function createTraceList(): TraceList {
  const root = part('trace-list');
  const waterfall = createWaterfall();
  const list = element('ul', { class: 'trace-list', attributes: { 'aria-label': 'Traces, the slowest first' } });
  const empty = element('p', { class: 'empty', text: 'No finished trace yet.' });
  let traces: readonly LiveTrace[] = [];
  /** Kept while it is looked at, also when the window has left it behind. */
  let selected: LiveTrace | undefined;
  let chosenByHand = false;
  root.append(list, empty);

  function item(trace: LiveTrace, longest: number): HTMLElement {
    const bar = element('span', { class: 'share-bar', attributes: { 'aria-hidden': 'true' } });
    bar.style.width = `${Math.max(1, (trace.duration / longest) * 100)}%`;
    const button = element(
      'button',
      { title: trace.name, attributes: { type: 'button', 'data-trace': trace.traceId, 'aria-pressed': String(trace.traceId === selected?.traceId) } },
      element('span', { class: 'trace-name', text: trace.name }),
      element('span', { class: 'number', text: formatDuration(trace.duration) }),
      element('span', { class: 'trace-facts', text: `${formatTime(trace.timestamp)} · ${formatCount(trace.spans.length + trace.leftOut)} ${trace.spans.length + trace.leftOut === 1 ? 'span' : 'spans'}` }),
      ...(trace.failed ? [element('span', { class: 'tag bad', text: 'failed' })] : []),
      bar,
    );
    return element('li', { class: trace.failed ? 'failed' : '' }, button);
  }

  function select(trace: LiveTrace | undefined): void {
    selected = trace;
    for (const button of list.querySelectorAll('button')) setAttribute(button, 'aria-pressed', String(button.dataset['trace'] === trace?.traceId));
    waterfall.show(trace);
  }

  list.addEventListener('click', (event) => {
    const traceId = (event.target as Element).closest('button')?.dataset['trace'];
    chosenByHand = true;
    select(traces.find((trace) => trace.traceId === traceId) ?? selected);
  });
  list.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowDown' ? 'nextElementSibling' : event.key === 'ArrowUp' ? 'previousElementSibling' : undefined;
    if (step === undefined) return;
    event.preventDefault();
    (event.target as Element).closest('li')?.[step]?.querySelector('button')?.focus();
  });

  return {
    show(next) {
      traces = next;
      const longest = Math.max(...next.map(({ duration }) => duration), 0.001);
      const focused = list.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset['trace'] : undefined;
      updateChildren(list, next.map((trace) => item(trace, longest)));
      if (focused !== undefined) [...list.querySelectorAll('button')].find((button) => button.dataset['trace'] === focused)?.focus({ preventScroll: true });
      empty.hidden = next.length > 0;
      list.hidden = next.length === 0;
      setText(part('traces-count'), next.length > 0 ? formatCount(next.length) : '');
      const again = next.find((trace) => trace.traceId === selected?.traceId);
      // Until somebody chooses, the slowest of all.
      select(chosenByHand ? (again ?? selected) : next[0]);
    },
    has: (traceId) => traceId === selected?.traceId || traces.some((trace) => trace.traceId === traceId),
    open(traceId) {
      const trace = traces.find((one) => one.traceId === traceId) ?? (selected?.traceId === traceId ? selected : undefined);
      if (trace === undefined) return;
      chosenByHand = true;
      select(trace);
      const button = list.querySelector<HTMLElement>('button[aria-pressed="true"]') ?? part('waterfall');
      button.scrollIntoView({ block: 'center' });
      button.focus({ preventScroll: true });
    },
  };
}
