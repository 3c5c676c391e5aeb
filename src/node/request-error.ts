const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection closed without an answer',
  EPIPE: 'connection closed without an answer',
  ENOTFOUND: 'host not found',
  EAI_AGAIN: 'host not found for now',
  ETIMEDOUT: 'connection timed out',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  CERT_HAS_EXPIRED: 'TLS: the certificate has expired',
  CERT_NOT_YET_VALID: 'TLS: the certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'TLS: the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'TLS: a certificate of the chain is self-signed',
  UNABLE_TO_GET_ISSUER_CERT: 'TLS: the authority of the certificate is not known',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'TLS: the authority of the certificate is not known',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'TLS: the authority of the certificate is not known',
  ERR_TLS_CERT_ALTNAME_INVALID: 'TLS: the certificate is for another host',
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: 'TLS: the receiver does not speak HTTP/2',
  EPROTO: 'TLS: the handshake failed',
  ERR_INVALID_CHAR: 'a header cannot be sent',
  ERR_INVALID_HTTP_TOKEN: 'a header cannot be sent',
};

/** The error for a request without an answer. `what` is without credentials. The message of the host's own error may quote much. */
export function requestError(what: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  return new Error(`${what}: ${code === undefined ? message : `${meaningOf(code)} (${code})`}`, { cause: error });
}

function meaningOf(code: string): string {
  const meaning = meanings[code];
  if (meaning !== undefined) return meaning;
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) return 'TLS: the handshake failed';
  return code.startsWith('HPE_') ? 'the answer is not HTTP' : 'the request failed';
}
