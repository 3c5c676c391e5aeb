/** How parts of the screen stand out. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

const same = (text: string): string => text;

/** For who reads it elsewhere, or wants no colours. */
export const plainStyle: Style = { bold: same, dim: same, good: same, bad: same };

export const terminalStyle: Style = { bold: styled(1, 22), dim: styled(2, 22), good: styled(32, 39), bad: styled(31, 39) };

function styled(on: number, off: number): (text: string) => string {
  return (text) => `\u001b[${on}m${text}\u001b[${off}m`;
}
