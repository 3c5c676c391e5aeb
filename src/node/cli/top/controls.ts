import { sortKeys } from './select-series.ts';
import type { Selection } from './select-series.ts';
import type { Key } from './keyboard.ts';

/** What the user has chosen. */
export interface Controls {
  readonly selection: Selection;
  /** The filter is being typed; the one before it comes back when that is given up. */
  readonly editing: { readonly before: string } | undefined;
  readonly isPaused: boolean;
  readonly showsHelp: boolean;
  /** The first line of the table that is shown. */
  readonly offset: number;
}

/** What the keys do, for the help on the screen. */
export const keyHelp: readonly (readonly [string, string])[] = [
  ['q', 'quit'],
  ['s', `sort by the next of ${sortKeys.join(', ')}`],
  ['r', 'reverse the order'],
  ['/', 'filter by a part of the name; Enter keeps it, Esc gives it up'],
  ['p', 'pause, and go on'],
  ['↑ ↓', 'scroll a line; Page Up, Page Down, Home and End more'],
  ['?', 'this help, and back'],
];

const LONGEST_FILTER = 200;

export function initialControls(selection: Selection): Controls {
  return { selection, editing: undefined, isPaused: false, showsHelp: false, offset: 0 };
}

/** What a key makes of them. `page`: how many lines of the table the screen shows, `last`: the greatest sensible offset. */
export function press(controls: Controls, key: Key, page: number, last: number): Controls | 'quit' {
  if (controls.editing !== undefined) return edit(controls, key, controls.editing.before);
  // Any key leads back from the help.
  if (controls.showsHelp) return key === 'q' ? 'quit' : { ...controls, showsHelp: false };
  const { selection, isPaused, offset } = controls;
  const scroll = (to: number): Controls => ({ ...controls, offset: Math.max(0, Math.min(last, to)) });
  switch (key) {
    case 'q':
      return 'quit';
    case 's':
      return { ...controls, selection: { ...selection, sort: next(sortKeys, selection.sort) }, offset: 0 };
    case 'r':
      return { ...controls, selection: { ...selection, reversed: !selection.reversed }, offset: 0 };
    case '/':
      return { ...controls, editing: { before: selection.filter }, offset: 0 };
    case 'p':
      return { ...controls, isPaused: !isPaused };
    case '?':
      return { ...controls, showsHelp: true };
    case 'up':
      return scroll(offset - 1);
    case 'down':
      return scroll(offset + 1);
    case 'page-up':
      return scroll(offset - page);
    case 'page-down':
      return scroll(offset + page);
    case 'home':
      return scroll(0);
    case 'end':
      return scroll(last);
    default:
      return controls;
  }
}

function edit(controls: Controls, key: Key, before: string): Controls {
  const { filter } = controls.selection;
  switch (key) {
    case 'enter':
      return { ...controls, editing: undefined };
    case 'escape':
      return { ...withFilter(controls, before), editing: undefined };
    case 'backspace':
      return withFilter(controls, [...filter].slice(0, -1).join(''));
    default:
      // The others are words.
      return [...key].length === 1 && filter.length < LONGEST_FILTER ? withFilter(controls, filter + key) : controls;
  }
}

function withFilter(controls: Controls, filter: string): Controls {
  return { ...controls, selection: { ...controls.selection, filter }, offset: 0 };
}

function next<T>(list: readonly T[], present: T): T {
  return list[(list.indexOf(present) + 1) % list.length] ?? present;
}
