import { getProxyForUrl } from 'proxy-from-env';

/** What stands between this process and a receiver. Plain data: it is handed to another thread when the process exits. */
export interface Proxy {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** `Proxy-Authorization`, from the credentials in the URL. */
  readonly authorization: string | undefined;
  /** For messages: without credentials. */
  readonly name: string;
}

/**
 * The proxy that `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, or the same in lower case, give a URL.
 * @throws Error that names the variable and not its value
 */
export function proxyFor(url: URL): Proxy | undefined {
  const variable = `${url.protocol.slice(0, -1)}_proxy`;
  const value = process.env[variable] || process.env[variable.toUpperCase()];
  // The package knows `NO_PROXY`. It takes `ALL_PROXY` too, which mostly names a SOCKS proxy.
  if (!value || !getProxyForUrl(url.href)) return undefined;
  const proxy = parse(value.includes('://') ? value : `http://${value}`);
  if (proxy === undefined) throw new Error(`${variable.toUpperCase()} is not the URL of an http or https proxy`);
  const { protocol, hostname, username, password, host } = proxy;
  const secure = protocol === 'https:';
  return {
    secure,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(proxy.port) || (secure ? 443 : 80),
    authorization: username || password ? basic(plain(username), plain(password)) : undefined,
    name: `${protocol}//${host}`,
  };
}

function parse(text: string): URL | undefined {
  try {
    const url = new URL(text);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
  } catch {
    return undefined;
  }
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A `%` that escapes nothing was meant as it stands.
    return text;
  }
}
