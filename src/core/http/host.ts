/** A name or an address, and its port: what stands in `Host`, and between the slashes of a URL. */
export interface Host {
  readonly address: string;
  /** That of the scheme where none is given; `undefined` for another scheme, or what is no number. */
  readonly port: number | undefined;
}

/** `undefined` where there is no name. */
export function readHost(host: string, scheme: string | undefined): Host | undefined {
  const end = host.startsWith('[') ? host.indexOf(']') + 1 : host.indexOf(':');
  const hasPort = end >= 0 && host[end] === ':';
  const address = withoutBrackets(hasPort ? host.slice(0, end) : host);
  if (address === '') return undefined;
  const port = hasPort ? Number(host.slice(end + 1)) : defaultPort(scheme);
  return { address, port: Number.isInteger(port) ? port : undefined };
}

/** An IPv6 address is in brackets only inside of a URL. */
export function withoutBrackets(address: string): string {
  return address.startsWith('[') && address.endsWith(']') ? address.slice(1, -1) : address;
}

/** The other way round. */
export function withBrackets(address: string): string {
  return address.includes(':') && !address.startsWith('[') ? `[${address}]` : address;
}

function defaultPort(scheme: string | undefined): number | undefined {
  if (scheme === 'https') return 443;
  return scheme === 'http' ? 80 : undefined;
}
