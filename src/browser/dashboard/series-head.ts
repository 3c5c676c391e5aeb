import { element, setAttribute } from './element.ts';
import type { SeriesColumn, SeriesOrder } from './sort-series.ts';

/** The head of the table, by which it is sorted. */
export interface SeriesHead {
  readonly root: HTMLElement;
  readonly order: SeriesOrder;
  /** Says what the order is. */
  show(): void;
}

const headings: readonly (readonly [column: SeriesColumn | 'trend', text: string, title: string])[] = [
  ['name', 'Series', 'Timed call, or method and route'],
  ['trend', 'p95 trend', 'p95 over the last 90 points'],
  ['rate', 'Rate', 'Values a second, on the average of the window'],
  ['count', 'Count', 'Values in the window'],
  ['errors', 'Errors', 'Share of the values that failed'],
  ['p50', 'p50', 'Half of the values are at most this'],
  ['p95', 'p95', '95 % of the values are at most this'],
  ['p99', 'p99', '99 % of the values are at most this'],
  ['max', 'Max', 'The greatest value'],
];

/** `changed` is called when somebody wants another order. */
export function createSeriesHead(changed: () => void): SeriesHead {
  const sortable = new Map<SeriesColumn, HTMLElement>();
  let order: SeriesOrder = { column: 'rate', descending: true };

  function heading([column, text, title]: (typeof headings)[number]): HTMLElement {
    const head = element('th', { class: `col-${column}`, title, attributes: { scope: 'col' } });
    if (column === 'trend') {
      head.textContent = text;
      return head;
    }
    const button = element('button', { text, attributes: { type: 'button' } });
    button.addEventListener('click', () => {
      order = { column, descending: order.column === column ? !order.descending : column !== 'name' };
      changed();
    });
    head.append(button);
    sortable.set(column, head);
    return head;
  }

  const root = element('thead', {}, element('tr', {}, ...headings.map(heading)));
  return {
    root,
    get order() {
      return order;
    },
    show() {
      for (const [column, head] of sortable) setAttribute(head, 'aria-sort', column !== order.column ? 'none' : order.descending ? 'descending' : 'ascending');
    },
  };
}
