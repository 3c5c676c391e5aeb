import type { CommandHost } from '../command.ts';
import { initialControls, press } from './controls.ts';
import { drawPage } from './draw-page.ts';
import { openKeyboard } from './keyboard.ts';
import { openScreen } from './screen.ts';
import type { Selection } from './select-series.ts';
import type { Style } from './style.ts';
import type { TopOutput } from './top-output.ts';
import type { TopView } from './top-view.ts';

export interface ScreenOutputSetup {
  readonly host: CommandHost;
  readonly selection: Selection;
  readonly style: Style;
  /** The table is at most so many columns wide. */
  readonly maxWidth: number;
  readonly first: TopView;
  /** The user has seen enough. */
  quit(): void;
}

/** The whole terminal, with keys. It is put back whichever way the process ends. */
export function screenOutput({ host, selection, style, maxWidth, first, quit }: ScreenOutputSetup): TopOutput {
  let controls = initialControls(selection);
  let latest = first;
  /** While it is paused: what was latest then. */
  let paused: TopView | undefined;
  let page = { visible: 1, last: 0 };
  let closeKeyboard = (): void => undefined;

  function draw(): void {
    // How the connection is, is never paused.
    const view = paused === undefined ? latest : { ...paused, state: latest.state, trouble: latest.trouble };
    const drawn = drawPage(view, controls, Math.min(screen.width, maxWidth), screen.height, style);
    page = drawn;
    screen.draw(drawn.lines);
  }

  function take(key: string): void {
    if (key === 'interrupt') return host.interrupt();
    const next = press(controls, key, page.visible, page.last);
    if (next === 'quit') return quit();
    if (next.isPaused !== controls.isPaused) paused = next.isPaused ? latest : undefined;
    controls = next;
    draw();
  }

  function close(): void {
    forget();
    closeKeyboard();
    screen.close();
  }

  const screen = openScreen(host.stdout, draw);
  const forget = host.atExit(close);
  if (host.stdin.isTTY) closeKeyboard = openKeyboard(host.stdin, take);
  draw();
  return {
    show(view) {
      latest = view;
      draw();
    },
    close,
  };
}
