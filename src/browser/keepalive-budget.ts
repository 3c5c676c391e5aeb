/**
 * The browser keeps a page's requests alive when it is left, as long as the bodies of all that are under way are at most 64 KiB
 * together, beacons included (https://fetch.spec.whatwg.org/#http-network-or-cache-fetch). The application may have some of its own.
 */
const MOST_BYTES = 60 * 1_024;

/**
 * A browser opens six connections to a host, and Chromium goes on with such a request when it is aborted: a receiver that hangs must
 * leave some to the page.
 */
const MOST_REQUESTS = 4;

const key: unique symbol = Symbol.for('@arkhe/observability/keepalive/1') as never;

/** Takes from what all copies of this package share in the page. The result gives it back; `undefined` when there is not enough. */
export function takeKeepalive(bytes: number): (() => void) | undefined {
  const page = globalThis as { [key]?: { bytes: number; requests: number } };
  const used = (page[key] ??= { bytes: 0, requests: 0 });
  if (used.bytes + bytes > MOST_BYTES || used.requests >= MOST_REQUESTS) return undefined;
  used.bytes += bytes;
  used.requests += 1;
  return () => {
    used.bytes -= bytes;
    used.requests -= 1;
  };
}
