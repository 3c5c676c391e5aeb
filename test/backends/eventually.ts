/** Asks again until the answer is there: a backend has a span some time after it took it. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined> | T | undefined, patience = 10_000): Promise<T> {
  const deadline = performance.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`${what} did not come within ${patience / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
