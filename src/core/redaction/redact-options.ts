/** What counts as secret, beyond what always does. */
export interface RedactOptions {
  /**
   * Keys whose values are replaced, added to the default ones (passwords, tokens, cookies, API keys, card numbers and their like).
   * A name matches whatever its case and separators; a dotted path (`params.card.number`, `users.*.email`) matches the end of a
   * path; a pattern is tried on the key and on the whole path. Default: none.
   */
  readonly keys?: readonly (string | RegExp)[] | undefined;
  /** Keys, written in the same ways, whose values pass as they are: neither replaced nor searched. Beats `keys`. Default: none. */
  readonly allow?: readonly (string | RegExp)[] | undefined;
  /** What stands in place of a secret. In URLs it is `REDACTED`, as OpenTelemetry asks. Default `[REDACTED]`. */
  readonly replacement?: string | undefined;
}
