import { createLoggedBody } from '../../core/requests/logged-body.ts';
import type { BodyPolicy } from '../../core/requests/request-policy.ts';

/**
 * The body of a request that has its answer, as far as it is logged: the browser has it in memory, as the text or the object that the
 * application wants. `header`: one of the response, by lower-case name.
 */
export function xmlHttpResponseBody(request: XMLHttpRequest, policy: BodyPolicy, header: (name: string) => unknown): unknown {
  const { responseType } = request;
  const isText = responseType === '' || responseType === 'text';
  if (!isText && responseType !== 'json') return undefined;
  // A text is decoded already. Of an object the headers alone tell how large it is.
  const length = Number(header('content-length') ?? 0);
  if (!isText && !(length > 0 && length <= policy.maxBytes)) return undefined;
  const body = createLoggedBody(policy, (name) => (isText && name === 'content-encoding' ? undefined : header(name)));
  if (body === undefined) return undefined;
  const text = isText ? request.responseText : jsonOf(request.response);
  if (text.length > policy.maxBytes) return undefined;
  body.add(text);
  return body.value();
}

/** What is no JSON the application gets as `null`. */
function jsonOf(response: unknown): string {
  return response === null ? '' : JSON.stringify(response);
}
