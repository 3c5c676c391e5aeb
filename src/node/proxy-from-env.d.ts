// The package has no declarations.
declare module 'proxy-from-env' {
  /** Empty when the URL is reached directly. */
  export function getProxyForUrl(url: string): string;
}
