/** Whether a pattern of the application finds something in a text. Never throws. */
export function patternFinds(pattern: RegExp, text: string): boolean {
  try {
    // Unlike `test`, it leaves no trace in a pattern with the flag `g` or `y`, and heeds none.
    return text.search(pattern) !== -1;
  } catch {
    // One of a class of its own.
    return false;
  }
}
