/** Text whose every character can be written in UTF-8. */
function wellFormed(text: string): string {
  // Read as code points, what is left of surrogates is without its other half.
  return text.replace(/[\ud800-\udfff]/gu, '\ufffd');
}

/** Percent-encodes all but letters, digits and `-_.!~*'()`. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(wellFormed(text));
}

/** Percent-encodes what W3C baggage may not hold as it is. https://www.w3.org/TR/baggage/#value */
export function baggageEncoded(text: string): string {
  return wellFormed(text).replace(/[^!#$&-+\--:<-[\]-~]+/g, encodeURIComponent);
}

/** What of it is no UTF-8 becomes U+FFFD; what is no percent-encoding stays as it is. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/(?:%[\da-f]{2})+/gi, (run) =>
      new TextDecoder().decode(Uint8Array.from(run.slice(1).split('%'), (digits) => Number.parseInt(digits, 16))),
    );
  }
}
