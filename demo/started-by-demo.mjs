// The same, seen from the other process.

/** Ends with `stop`, whose result is told, when the demo says so. */
export function startedByDemo({ started, stop }) {
  // Ctrl-C is for every process of the terminal; this one ends when the demo has no more use for it.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit());
  process.once('message', async () => {
    const ended = await stop();
    process.send({ ended }, () => process.disconnect());
  });
  process.send({ started });
}

/** Hands signals on. Resolves when they are on their way. */
export function handOn(signals) {
  return new Promise((resolve, reject) => {
    process.send({ signals }, (error) => (error ? reject(error) : resolve()));
  });
}
