/** An address without credentials, query and fragment; of what has its content in it (`data:`) the beginning alone. */
export function bareAddress(address: string): string {
  try {
    const { protocol, host, pathname } = new URL(address);
    return host === '' ? `${protocol}${pathname.slice(0, 64).replace(/[;,].*/s, '')}` : `${protocol}//${host}${pathname}`;
  } catch {
    return address.replace(/[?#].*/s, '');
  }
}
