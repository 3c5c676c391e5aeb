import { pathOf } from './server-attributes.ts';

const paths: ReadonlySet<string> = new Set(['/v1/traces', '/v1/logs', '/v1/metrics']);

export interface ExportLike {
  readonly method: string | undefined;
  readonly target: string;
  readonly userAgent: string | undefined;
  readonly contentType: string | undefined;
}

/**
 * Whether a request that came in is an export of this SDK: of another process, or of a page to its own origin. To observe those would
 * export the exporting. A page cannot choose its `User-Agent`, so OTLP is known by path and content type.
 */
export function isOwnExport({ method, target, userAgent, contentType }: ExportLike): boolean {
  if (userAgent?.startsWith('arkhe-observability/') === true) return true;
  if (method !== 'POST' || contentType === undefined || !target.startsWith('/v1/')) return false;
  return /^application\/(x-protobuf|json)\b/i.test(contentType) && paths.has(pathOf(target));
}
