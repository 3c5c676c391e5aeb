import type { Statistics } from '../../core/statistics/statistics.ts';
import { element, part, setAttribute, setChildren, setText } from './element.ts';
import { formatCount } from './format.ts';
import { createRowWindow } from './row-window.ts';
import { createSeriesHead } from './series-head.ts';
import type { SeriesHistory } from './series-history.ts';
import { createSeriesRow } from './series-row.ts';
import type { SeriesRow } from './series-row.ts';
import { sortSeries } from './sort-series.ts';

/** The table of all series. */
export interface SeriesTable {
  /** Shows these numbers; `leftOut` series more are only known to the server. */
  show(series: readonly Statistics[], leftOut: number, history: SeriesHistory): void;
  readonly selected: string | undefined;
  focusFilter(): void;
}

/** Points of the trend. */
const TREND = 90;
/** Rows that a page key moves. */
const PAGE = 10;

/** `chosen` is called with the series whose details are wanted. */
export function createSeriesTable(chosen: (name: string) => void): SeriesTable {
  const filter = part<HTMLInputElement>('filter');
  const scroller = part('series');
  const rowWindow = createRowWindow(scroller);
  const head = createSeriesHead(() => arrange(true));
  const body = element('tbody');
  const empty = element('p', { class: 'empty' });
  const table = element('table', { attributes: { role: 'grid', 'aria-labelledby': 'series-title' } }, head.root, rowWindow.before, body, rowWindow.after);
  /** Those that stand in the page. */
  const rows = new Map<string, SeriesRow>();
  let series: readonly Statistics[] = [];
  let leftOut = 0;
  let history: SeriesHistory | undefined;
  /** As they are shown, from the first on. */
  let sorted: readonly Statistics[] = [];
  let selected: string | undefined;
  /** The row that Tab leads to. */
  let current: string | undefined;
  /** Rows that jump away under the pointer cannot be clicked. */
  let held = false;
  scroller.append(table, empty);

  /** Puts the series in order and shows them. */
  function arrange(anew: boolean): void {
    const before = sorted;
    const next = sortSeries(series, head.order, filter.value);
    if (held && !anew) {
      const places = new Map(before.map(({ name }, place) => [name, place]));
      next.sort((a, b) => (places.get(a.name) ?? before.length) - (places.get(b.name) ?? before.length));
    }
    sorted = next;
    const focused = (document.activeElement as HTMLElement | null)?.closest<HTMLElement>('#series tbody tr')?.dataset['name'];
    if (focused !== undefined) rowWindow.reveal(placeOf(focused));
    head.show();
    setAttribute(table, 'aria-rowcount', String(sorted.length + 1));
    const count = sorted.length === series.length ? formatCount(series.length) : `${formatCount(sorted.length)} of ${formatCount(series.length)}`;
    setText(part('series-count'), leftOut > 0 ? `${count}, ${formatCount(leftOut)} more on the server` : count);
    table.hidden = sorted.length === 0;
    empty.hidden = sorted.length > 0;
    setText(empty, series.length > 0 ? 'No series has this name.' : 'No values yet. Timed calls and responses appear here as they come.');
    render();
  }

  /** Fills the rows that can be seen. */
  function render(): void {
    const { first, end } = rowWindow.range(sorted.length);
    const shown = sorted.slice(first, end);
    const names = new Set(shown.map(({ name }) => name));
    for (const name of rows.keys()) if (!names.has(name)) rows.delete(name);
    const roots = shown.map((statistics, index) => {
      const { name } = statistics;
      const row = rows.get(name) ?? createSeriesRow(name);
      rows.set(name, row);
      row.show(statistics, history?.trend(name, TREND) ?? [], TREND);
      setAttribute(row.root, 'aria-rowindex', String(first + index + 2));
      return row.root;
    });
    // A row that is moved loses the focus.
    const focused = document.activeElement;
    setChildren(body, roots);
    if (focused instanceof HTMLElement && focused !== document.activeElement && body.contains(focused)) focused.focus({ preventScroll: true });
    mark();
  }

  function mark(): void {
    const tabbed = [current, selected, body.firstElementChild?.getAttribute('data-name') ?? undefined].find((name) => name !== undefined && rows.has(name));
    for (const [name, { root }] of rows) {
      setAttribute(root, 'aria-selected', String(name === selected));
      setAttribute(root, 'tabindex', name === tabbed ? '0' : '-1');
    }
  }

  function placeOf(name: string): number {
    return Math.max(0, sorted.findIndex((one) => one.name === name));
  }

  function select(name: string): void {
    selected = name;
    current = name;
    mark();
    chosen(name);
  }

  function focusRow(place: number): void {
    const target = sorted[Math.max(0, Math.min(place, sorted.length - 1))];
    if (target === undefined) return;
    current = target.name;
    rowWindow.reveal(placeOf(current));
    render();
    rows.get(current)?.root.focus({ preventScroll: true });
  }

  function onRowKey(event: KeyboardEvent): void {
    const name = nameUnder(event);
    if (name === undefined) return;
    const place = placeOf(name);
    const steps: Readonly<Record<string, number>> = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: sorted.length - 1, PageDown: place + PAGE, PageUp: place - PAGE };
    const target = Object.hasOwn(steps, event.key) ? steps[event.key] : undefined;
    if (target !== undefined) focusRow(target);
    else if (event.key === 'Enter' || event.key === ' ') select(name);
    else return;
    event.preventDefault();
  }

  function onFilterKey(event: KeyboardEvent): void {
    const first = sorted[0]?.name;
    if (event.key === 'Escape') {
      if (filter.value === '') filter.blur();
      filter.value = '';
      arrange(true);
    } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
      focusRow(0);
      if (event.key === 'Enter' && first !== undefined) select(first);
    } else return;
    event.preventDefault();
  }

  body.addEventListener('click', (event) => {
    const name = nameUnder(event);
    if (name !== undefined) select(name);
  });
  body.addEventListener('keydown', onRowKey);
  body.addEventListener('pointerenter', ({ pointerType }) => (held = pointerType === 'mouse'));
  body.addEventListener('pointerleave', () => (held = false));
  scroller.addEventListener('scroll', render, { passive: true });
  filter.addEventListener('input', () => arrange(true));
  filter.addEventListener('keydown', onFilterKey);

  return {
    show(next, nextLeftOut, nextHistory) {
      [series, leftOut, history] = [next, nextLeftOut, nextHistory];
      arrange(false);
      const first = sorted[0]?.name;
      if (selected === undefined && first !== undefined) select(first);
    },
    get selected() {
      return selected;
    },
    focusFilter() {
      filter.focus();
      filter.select();
    },
  };
}

/** The series of the row in which something happened. */
function nameUnder({ target }: Event): string | undefined {
  return (target as Element).closest<HTMLElement>('tr')?.dataset['name'];
}
