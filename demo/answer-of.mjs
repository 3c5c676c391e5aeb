import { Refusal } from './refusal.mjs';

/** What happens to a request, never an exception: `error` is what went wrong, unless it was the customer's fault. */
export async function answerOf(work) {
  try {
    return { status: 200, body: await work() };
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, body: { error: error.message } };
    return { status: 500, body: { error: 'Something went wrong. It is not your fault.' }, error };
  }
}
