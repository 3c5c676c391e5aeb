/** What becomes of an error that nobody catches: the page hears of it, and its console. */
export function reportUncaught(error: unknown): void {
  if (typeof reportError === 'function') reportError(error);
  else console.error(error); // A server, or a browser of before 2022.
}
