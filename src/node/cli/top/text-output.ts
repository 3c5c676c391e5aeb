import type { CommandHost } from '../command.ts';
import { escapeControls } from '../escape-controls.ts';
import { drawTable } from './draw-table.ts';
import { jsonLine } from './json-line.ts';
import type { Selection } from './select-series.ts';
import type { Style } from './style.ts';
import type { TopOutput } from './top-output.ts';
import type { TopView } from './top-view.ts';

export interface TextOutputSetup {
  readonly host: CommandHost;
  readonly selection: Selection;
  readonly style: Style;
  readonly width: number;
  /** One line of JSON a frame, instead of a table. */
  readonly asJson: boolean;
  /** A frame was written. */
  written(): void;
}

/** A frame after the other, for a file, a pipe or a log. Notes on the connection go to stderr. */
export function textOutput({ host, selection, style, width, asJson, written }: TextOutputSetup): TopOutput {
  let state = 'connecting';
  let count = 0;

  function write(view: TopView): void {
    // Who reads too slowly gets fewer frames, and no late ones.
    if (host.stdout.writableNeedDrain) return;
    count += 1;
    const text = asJson ? jsonLine(view, selection) : drawTable(view, selection, width, style)
          .map((line) => line.trimEnd())
          .join('\n');
    host.stdout.write(asJson || count === 1 ? `${text}\n` : `\n${text}\n`, written);
  }

  function note({ state: next, trouble, target }: TopView): void {
    if (next === state) return;
    // Going on as it should is worth a line only after it did not.
    if (next === 'retrying') host.stderr.write(`retrying: ${escapeControls(trouble ?? target)}\n`);
    else if (next === 'open' && state === 'retrying') host.stderr.write(`connected again to ${target}\n`);
    if (next !== 'connecting') state = next;
  }

  return {
    show(view, isFrame) {
      note(view);
      if (isFrame) write(view);
    },
    close: () => undefined,
  };
}
