/** One line of a stack that says where. */
export interface StackFrame {
  /** The line as it is, without its indentation. */
  readonly text: string;
  /** As the engine names it; `undefined` for code outside of any function, and for functions without a name. */
  readonly function: string | undefined;
  /** Unchanged: source maps are found by it. `<anonymous>` or `[native code]` where there is none. */
  readonly file: string;
  /** From 1. */
  readonly line: number | undefined;
  /** From 1. */
  readonly column: number | undefined;
}

const maxFrames = 100;
const maxText = 65_536;
const maxLine = 4_096;

/**
 * The frames of a stack, innermost first, as V8 (`at f (file:1:2)`), Firefox and Safari (`f@file:1:2`) write them: at most 100, of the
 * first 64 KiB. Every other line, such as the message, is passed over.
 */
export function stackFrames(stack: string): readonly StackFrame[] {
  const lines = linesOf(stack);
  const frames = framesIn(lines, v8Frame);
  return frames.length > 0 ? frames : framesIn(lines, geckoFrame);
}

type ReadLine = (text: string) => StackFrame | undefined;

function linesOf(stack: string): readonly string[] {
  return stack.slice(0, maxText).split('\n');
}

function framesIn(lines: readonly string[], read: ReadLine): readonly StackFrame[] {
  const frames: StackFrame[] = [];
  for (const line of lines) {
    const frame = line.length > maxLine ? undefined : read(line.trim());
    if (frame !== undefined && frames.push(frame) === maxFrames) break;
  }
  return frames;
}

/** `at f (file:1:2)`, `at async f (file:1:2)`, `at file:1:2`. */
function v8Frame(text: string): StackFrame | undefined {
  if (!text.startsWith('at ')) return undefined;
  const rest = text.startsWith('at async ') ? text.slice(9) : text.slice(3);
  // The first bracket: paths have brackets too, and so have the places of code that was evaluated.
  const open = rest.endsWith(')') ? rest.indexOf(' (') : -1;
  if (open < 0) return frameAt(text, undefined, rest);
  const alias = rest.indexOf(' [as ');
  const name = rest.slice(0, alias > 0 && alias < open ? alias : open);
  return frameAt(text, name, evaluatedIn(rest.slice(open + 2, -1)));
}

/** Of `eval at f (file:1:2), <anonymous>:1:1` the file: that is where the source is. */
function evaluatedIn(place: string): string {
  if (!place.startsWith('eval at ')) return place;
  const open = place.lastIndexOf(' (');
  const close = place.indexOf(')', open);
  return open < 0 || close < 0 ? place : place.slice(open + 2, close);
}

/** `f@file:1:2`, `@file:1:2`; Safari has `file:1:2` and `f@[native code]` too. */
function geckoFrame(text: string): StackFrame | undefined {
  // The first one: `https://host/react@19/index.js`.
  const at = text.indexOf('@');
  const isPlace = at < 0 || /^[\w+.-]{1,32}:\/\//.test(text);
  const place = isPlace ? text : text.slice(at + 1);
  if (!place.includes('/') && !place.startsWith('[native code]') && !place.includes(' code')) return undefined;
  return frameAt(text, isPlace ? undefined : text.slice(0, at), place);
}

function frameAt(text: string, name: string | undefined, place: string): StackFrame | undefined {
  const named = name === '' || name === '<anonymous>' ? undefined : name;
  if (isNowhere(place)) return { text, function: named, file: place, line: undefined, column: undefined };
  // Firefox: `file line 10 > eval:1:1`.
  const evaluated = / line (\d{1,10}) > (?:eval|Function)/.exec(place);
  if (evaluated !== null) {
    return { text, function: named, file: place.slice(0, evaluated.index), line: Number(evaluated[1]), column: undefined };
  }
  const position = /:(\d{1,10})(?::(\d{1,10}))?$/.exec(place);
  if (position === null || position.index === 0) return wasmFrame(text, named, place);
  const [, line, column] = position;
  // A message has `host:80` in it, a stack always has a column, or a path.
  if (column === undefined && !/[/\\]/.test(place)) return undefined;
  return {
    text,
    function: named,
    file: place.slice(0, position.index),
    line: Number(line),
    column: column === undefined ? undefined : Number(column),
  };
}

/** Code of the engine itself. */
function isNowhere(place: string): boolean {
  return place === '<anonymous>' || place === 'native' || place === '[native code]' || /^index \d{1,10}$/.test(place);
}

/** `wasm://wasm/5f3a:wasm-function[12]:0x1f`: the offset is in bytes, in no line. */
function wasmFrame(text: string, name: string | undefined, place: string): StackFrame | undefined {
  const end = place.startsWith('wasm://') ? place.lastIndexOf(':wasm-function[') : -1;
  return end < 0 ? undefined : { text, function: name, file: place.slice(0, end), line: undefined, column: undefined };
}
