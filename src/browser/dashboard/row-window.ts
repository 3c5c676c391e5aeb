import { element } from './element.ts';

/** Which rows of a long table stand in the page: those that can be seen, and some around them. */
export interface RowWindow {
  /** Before the first row that is there, and behind the last, in the place of those that are not. */
  readonly before: HTMLTableSectionElement;
  readonly after: HTMLTableSectionElement;
  /** The rows to be there of this many, from `first` to before `end`. Takes the room of the others. */
  range(total: number): { readonly first: number; readonly end: number };
  /** Scrolls so far that the row at this place can be seen. */
  reveal(place: number): void;
}

/** Pixels, as the style sheet says. */
const ROW = 29;
const AROUND = 12;

/** `scroller` scrolls the table, whose head takes the height of a row. */
export function createRowWindow(scroller: HTMLElement): RowWindow {
  const [before, after] = [spacer(), spacer()];
  return {
    before,
    after,
    range(total) {
      const top = Math.floor(scroller.scrollTop / ROW);
      const first = Math.max(0, Math.min(top, total) - AROUND);
      const end = Math.min(total, top + Math.ceil(scroller.clientHeight / ROW) + AROUND);
      before.style.height = `${first * ROW}px`;
      after.style.height = `${(total - end) * ROW}px`;
      return { first, end };
    },
    reveal(place) {
      const top = place * ROW;
      const visible = scroller.clientHeight - 2 * ROW;
      if (top < scroller.scrollTop) scroller.scrollTop = top;
      else if (top > scroller.scrollTop + visible) scroller.scrollTop = top - visible;
    },
  };
}

function spacer(): HTMLTableSectionElement {
  return element('tbody', { class: 'space', attributes: { 'aria-hidden': 'true' } });
}
