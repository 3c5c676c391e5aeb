/**
 * The headers of an answer that the page may read, by lower-case name. To ask for one that it may not read, of another origin, would
 * be an error on the browser's console.
 */
export function readableHeaders(request: XMLHttpRequest): (name: string) => string | undefined {
  let headers: ReadonlyMap<string, string> | undefined;
  return (name) => (headers ??= parse(request.getAllResponseHeaders())).get(name);
}

/** Names are in lower case, and what came twice is joined. https://xhr.spec.whatwg.org/#the-getallresponseheaders()-method */
function parse(lines: string): ReadonlyMap<string, string> {
  return new Map(
    lines.split('\r\n').map((line) => {
      const at = line.indexOf(': ');
      return [line.slice(0, at), line.slice(at + 2)];
    }),
  );
}
