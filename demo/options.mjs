// What the environment and the command line say. A wrong value ends the demo before it starts.

export function portOf({ PORT = '0' }) {
  const port = Number(PORT);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  return refuse(`PORT=${PORT}: expected a port, 0 to 65535 (0: a free one).`);
}

/** After how many milliseconds the demo ends by itself, if at all. */
export function endingOf(words, { DEMO_SECONDS }) {
  const at = words.indexOf('--for');
  if (at === -1 && !DEMO_SECONDS) return undefined;
  const given = at === -1 ? DEMO_SECONDS : words[at + 1];
  const seconds = Number(String(given).replace(/s$/, ''));
  if (seconds > 0 && seconds < 1e6) return seconds * 1_000;
  return refuse(`${at === -1 ? 'DEMO_SECONDS=' : '--for '}${given ?? ''}: expected seconds, such as 10 or 10s.`);
}

/** How many shoppers are there. */
export function shoppersOf({ DEMO_SHOPPERS = '3' }) {
  const count = Number(DEMO_SHOPPERS);
  if (Number.isInteger(count) && count >= 0 && count <= 100) return count;
  return refuse(`DEMO_SHOPPERS=${DEMO_SHOPPERS}: expected how many shoppers, 0 to 100.`);
}

function refuse(message) {
  console.error(message);
  process.exit(2);
}
