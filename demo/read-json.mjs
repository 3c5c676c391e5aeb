import { Refusal } from './refusal.mjs';

/** The body of a request as an object or a list. What is too big is not kept, and what is no JSON is refused. */
export async function readJson(request, maxBytes) {
  // Pages of other origins cannot send this type without asking first, and nobody answers them.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) throw new Refusal(415, 'Expected application/json.');
  const chunks = [];
  let bytes = 0;
  try {
    // The connection must survive: the answer goes over it.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new Refusal(413, `Expected at most ${maxBytes} bytes.`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(400, 'The request ended too early.');
  }
  const value = parsed(Buffer.concat(chunks).toString('utf8'));
  if (typeof value !== 'object' || value === null) throw new Refusal(400, 'Expected an object.');
  return value;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'That is no JSON.');
  }
}
