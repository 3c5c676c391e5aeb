import type { TopView } from './top-view.ts';

/** Where `top` shows what it knows. */
export interface TopOutput {
  /** Something new is known; `isFrame`: the numbers are, and not only how the connection is. */
  show(view: TopView, isFrame: boolean): void;
  close(): void;
}
