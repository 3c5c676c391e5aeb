/** How Sentry knows where code runs, in its versions since 8: what they share is found by their version. */
interface ScopeStrategy {
  withScope?(work: (scope: { setSDKProcessingMetadata?(data: object): unknown }) => void): unknown;
}

/**
 * Runs what a sink does so that the application's own Sentry, where there is one, makes no breadcrumbs and spans of it and adds no
 * headers to it. It is changed for no longer than that.
 */
export function unseenBySentry<R>(work: () => R): R {
  const strategy = strategyInUse();
  if (typeof strategy?.withScope !== 'function') return work();
  let done: { readonly value: R } | undefined;
  let begun = false;
  try {
    strategy.withScope((scope) => {
      scope.setSDKProcessingMetadata?.({ __SENTRY_SUPPRESS_TRACING__: true });
      begun = true;
      // Not returned: in a page the scope would last until a promise is settled, and hide what the application does meanwhile.
      done = { value: work() };
    });
  } catch (error) {
    if (begun) throw error;
  }
  // Not begun: a version that does it otherwise.
  return done === undefined ? work() : done.value;
}

function strategyInUse(): ScopeStrategy | undefined {
  try {
    const carrier: unknown = Reflect.get(globalThis, '__SENTRY__');
    if (typeof carrier !== 'object' || carrier === null) return undefined;
    const { version } = carrier as { readonly version?: unknown };
    const own: unknown = typeof version === 'string' ? Reflect.get(carrier, version) : undefined;
    // `acs` follows calls; the stack of a page does not.
    const { acs, stack } = Object(own) as { readonly acs?: ScopeStrategy; readonly stack?: ScopeStrategy };
    return acs ?? stack;
  } catch {
    return undefined; // A getter of the application.
  }
}
