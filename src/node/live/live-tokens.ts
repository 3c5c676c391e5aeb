import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether a token is among those that are expected. How long that takes says nothing about them. */
export function createTokenCheck(tokens: readonly string[]): (token: string) => boolean {
  const expected = tokens.map(digest);
  return (token) => {
    const given = digest(token);
    let isExpected = false;
    for (const each of expected) if (timingSafeEqual(each, given)) isExpected = true;
    return isExpected;
  };
}

/** Of one length, whatever the length of the text. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
