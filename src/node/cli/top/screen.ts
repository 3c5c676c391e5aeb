/** A terminal's screen of our own: what was on it before comes back at the end. */
export interface Screen {
  /** One less than the terminal's: what clears the rest of a line would take the last character of a full one. */
  readonly width: number;
  readonly height: number;
  /** Shows these lines, each at most `width` columns wide, in one write. */
  draw(lines: readonly string[]): void;
  close(): void;
}

const enter = '\u001b[?1049h';
const leave = '\u001b[?1049l';
const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';
// A line that is wider than thought shall not move the ones below it.
const cutLines = '\u001b[?7l';
const wrapLines = '\u001b[?7h';
const toTop = '\u001b[H';
const clearLine = '\u001b[K';
const clearBelow = '\u001b[J';
// Terminals that know it show the frame only when it is whole; others ignore it.
const beginFrame = '\u001b[?2026h';
const endFrame = '\u001b[?2026l';

/** Opens it. `resized` is called when the terminal has another size. */
export function openScreen(output: NodeJS.WriteStream, resized: () => void): Screen {
  let shown = '';
  // While the terminal is behind, only the latest frame waits.
  let waiting: string | undefined;
  let isClosed = false;

  function write(frame: string): void {
    waiting = undefined;
    shown = frame;
    output.write(frame);
  }

  function writeWaiting(): void {
    if (!isClosed && waiting !== undefined) write(waiting);
  }

  function resize(): void {
    // What the terminal made of the old frame is anybody's guess.
    shown = '';
    resized();
  }

  output.on('resize', resize);
  output.on('drain', writeWaiting);
  output.write(enter + hideCursor + cutLines);
  return {
    get width() {
      return (output.columns || 80) - 1;
    },
    get height() {
      return output.rows || 24;
    },
    draw(lines) {
      const body = lines.slice(0, this.height).map((line) => line + clearLine);
      const frame = beginFrame + toTop + body.join('\r\n') + clearBelow + endFrame;
      if (isClosed || frame === shown) return;
      if (output.writableNeedDrain) waiting = frame;
      else write(frame);
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      output.off('resize', resize);
      output.off('drain', writeWaiting);
      output.write(endFrame + wrapLines + showCursor + leave);
    },
  };
}
