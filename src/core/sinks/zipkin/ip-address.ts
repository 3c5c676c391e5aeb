/** The two kinds of addresses, as Zipkin keeps them apart. */
export interface IpAddress {
  readonly ipv4?: string;
  readonly ipv6?: string;
}

const ipv4: RegExp = /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(?!$)|$)){4}$/;
const mapped: RegExp = /^::ffff:(?=[\d.]+$)/i;

/** `undefined` for what is no address: receivers refuse a batch with one that is none. A zone (`fe80::1%eth0`) is left out. */
export function ipAddress(text: string): IpAddress | undefined {
  const bare = text.replace(/%.*/, '').replace(mapped, '');
  if (ipv4.test(bare)) return { ipv4: bare };
  if (!/^[\da-f:.]*:[\da-f:.]*$/i.test(bare)) return undefined;
  try {
    // What every host has to judge one, and to write it in one way.
    return { ipv6: new URL(`http://[${bare}]`).origin.slice(8, -1) };
  } catch {
    return undefined;
  }
}
