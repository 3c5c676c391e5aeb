import { isIP } from 'node:net';
import { readHost, withoutBrackets } from '../../core/http/host.ts';

/** Whether a connection comes from this machine. Of a socket of the file system nobody knows who is behind it. */
export function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

/** Whether a name, or an address, means this machine wherever it is looked up. */
export function isLoopbackName(name: string): boolean {
  return name.toLowerCase() === 'localhost' || isLoopbackAddress(withoutBrackets(name));
}

/** The same of a header `Host`, with its port. */
export function isLoopbackHost(host: string | undefined): boolean {
  if (host === undefined || !/^[\w.:[\]-]{1,255}$/.test(host)) return false;
  const read = readHost(host, 'http');
  return read !== undefined && isLoopbackName(read.address);
}
