/** A character, or the name of a key that has none: `up`, `enter`, `interrupt`. */
export type Key = string;

const names: Readonly<Record<string, Key>> = {
  '\u0003': 'interrupt',
  '\r': 'enter',
  '\n': 'enter',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\u001b': 'escape',
  '\u001b[A': 'up',
  '\u001b[B': 'down',
  '\u001bOA': 'up',
  '\u001bOB': 'down',
  '\u001b[5~': 'page-up',
  '\u001b[6~': 'page-down',
  '\u001b[H': 'home',
  '\u001b[F': 'end',
  '\u001bOH': 'home',
  '\u001bOF': 'end',
  '\u001b[1~': 'home',
  '\u001b[4~': 'end',
};
/** A sequence of a key, or one character: a chunk may have several of them. */
const pressed: RegExp = /\u001b\[[0-9;]*[A-Za-z~]|\u001bO[A-Za-z]|[^]/gu;
const invisible: RegExp = /^[\u0000-\u001f\u007f]/;

/** The keys in what a terminal sends; those that mean nothing here are left out. */
export function readKeys(chunk: string): readonly Key[] {
  return (chunk.match(pressed) ?? []).flatMap((sequence) => names[sequence] ?? (invisible.test(sequence) ? [] : [sequence]));
}

/** Takes the keyboard: keys come one by one, and are not shown. The result gives it back. */
export function openKeyboard(input: NodeJS.ReadStream, press: (key: Key) => void): () => void {
  const hear = (chunk: string): void => {
    for (const key of readKeys(chunk)) press(key);
  };
  input.setEncoding('utf8');
  input.setRawMode(true);
  input.on('data', hear);
  return () => {
    input.off('data', hear);
    input.setRawMode(false);
    input.pause();
  };
}
