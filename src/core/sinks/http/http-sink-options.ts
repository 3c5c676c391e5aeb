/** Options of sinks that send over HTTP. */
export interface HttpSinkOptions {
  /** Where the receiver is: an `http` or `https` URL. Default: the variable of the sink, else where its receiver listens by itself. */
  readonly endpoint?: string | undefined;
  /** Sent with every request, e.g. an API key. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}
