/** What to do about an answer that ends a connection to a live stream. */
export function adviceFor(status: number): string {
  switch (status) {
    case 401:
      return 'set OBSERVABILITY_LIVE_TOKEN to the token that its liveHandler was given';
    case 403:
      return 'give its liveHandler a token and set OBSERVABILITY_LIVE_TOKEN to the same, or run this on its machine, without a proxy between';
    case 404:
    case 405:
      return 'give --url the address where the service has mounted liveHandler';
    default:
      return 'check that --url is where the service has mounted liveHandler';
  }
}
