import { createLoggedBody } from '../../core/requests/logged-body.ts';
import type { BodyPolicy } from '../../core/requests/request-policy.ts';

/**
 * What a page sends, as far as it is logged: texts and forms in a URL's encoding. The others cannot be looked at without being used up
 * (streams), or waited for (files). `header`: one that the application set, by lower-case name.
 */
export function requestBody(body: unknown, policy: BodyPolicy, header: (name: string) => unknown): unknown {
  const type = typeOf(body);
  if (type === undefined) return undefined;
  const logged = createLoggedBody(policy, (name) => header(name) ?? (name === 'content-type' ? type : undefined));
  if (logged === undefined) return undefined;
  const text = String(body);
  // Not to be measured either: it may be a whole file.
  if (text.length > policy.maxBytes) return undefined;
  logged.add(text);
  return logged.value();
}

/** What the browser sends it as, when the application does not say. https://fetch.spec.whatwg.org/#bodyinit-safely-extract */
function typeOf(body: unknown): string | undefined {
  if (typeof body === 'string') return 'text/plain;charset=UTF-8';
  // Of a frame, too.
  const isForm = Object.prototype.toString.call(body) === '[object URLSearchParams]';
  return isForm ? 'application/x-www-form-urlencoded;charset=UTF-8' : undefined;
}
