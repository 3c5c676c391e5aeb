import { clientAttributes } from '../../core/http/http-attributes.ts';
import { tellAnswer } from '../../core/http/outcome.ts';
import type { Carried } from '../../core/propagation/format.ts';
import type { Attributes } from '../../core/signal.ts';
import type { SourceTracing } from '../../core/tracing/source-tracing.ts';
import type { Span } from '../../core/tracing/span.ts';
import { requestUrl } from './request-url.ts';

/** Most resources that get a span; the others are counted. */
const MOST_RESOURCES = 200;

/** Of pages that were loaded before someone asked for them, when that was. */
interface Navigation extends PerformanceNavigationTiming {
  readonly activationStart?: number;
}

type Moment = Exclude<keyof Navigation, 'toJSON'>;

const fetchMoments: readonly Moment[] = [
  'fetchStart',
  'domainLookupStart',
  'domainLookupEnd',
  'connectStart',
  'secureConnectionStart',
  'connectEnd',
  'requestStart',
  'responseStart',
  'responseEnd',
];
const loadMoments: readonly Moment[] = [
  'unloadEventStart',
  'unloadEventEnd',
  'activationStart',
  'domInteractive',
  'domContentLoadedEventStart',
  'domContentLoadedEventEnd',
  'domComplete',
  'loadEventStart',
  'loadEventEnd',
];
const paints: Readonly<Record<string, string>> = { 'first-paint': 'firstPaint', 'first-contentful-paint': 'firstContentfulPaint' };

/** What scripts request: the application's, which has spans of its own, and what the SDK sends. */
const byScripts: ReadonlySet<string> = new Set(['fetch', 'xmlhttprequest', 'beacon']);

/** Emits the spans of a page that has loaded, from what the browser measured. https://www.w3.org/TR/navigation-timing-2/ */
export function traceDocumentLoad(tracing: SourceTracing): void {
  const [navigation] = performance.getEntriesByType('navigation') as Navigation[];
  // Without an end of its load event, the page was stopped.
  if (navigation === undefined || navigation.loadEventEnd === 0 || !tracing.observes()) return;
  const url = requestUrl(navigation.name);
  if (url === undefined) return;

  const root = tracing.startSpan('documentLoad', {
    kind: 'internal',
    attributes: { 'url.full': url.href, 'user_agent.original': navigator.userAgent, 'navigation.type': navigation.type },
    from: serverTrace(tracing, navigation),
    startTime: epoch(navigation.startTime),
  });
  // A form may have posted: the method is not known.
  const { 'http.request.method': _, ...target } = clientAttributes('GET', url);
  traceFetch(tracing, root, 'documentFetch', target, navigation, (span) => addMoments(span, navigation, fetchMoments));

  const resources = loadedResources(navigation);
  for (const resource of resources.slice(0, MOST_RESOURCES)) {
    const from = requestUrl(resource.name);
    if (from === undefined) continue;
    const attributes = { ...clientAttributes('GET', from), 'browser.resource.initiator_type': resource.initiatorType };
    traceFetch(tracing, root, 'resourceFetch', attributes, resource);
  }
  if (resources.length > MOST_RESOURCES) root.setAttribute('arkhe.resources_dropped', resources.length - MOST_RESOURCES);

  addMoments(root, navigation, loadMoments);
  for (const { name, startTime } of performance.getEntriesByType('paint')) {
    const event = paints[name];
    if (event !== undefined) root.addEvent(event, undefined, epoch(startTime));
  }
  root.end(epoch(navigation.loadEventEnd));
}

function traceFetch(
  tracing: SourceTracing,
  parent: Span,
  name: string,
  target: Attributes,
  timing: PerformanceResourceTiming,
  complete?: (span: Span) => void,
): void {
  const { startTime, responseEnd, responseStatus, transferSize, encodedBodySize } = timing;
  const attributes = {
    ...target,
    // 0 is what other origins do not tell: https://www.w3.org/TR/resource-timing/#sec-cross-origin-resources
    'http.response.size': transferSize || undefined,
    'http.response.body.size': encodedBodySize || undefined,
  };
  const span = tracing.startSpan(name, { kind: 'client', attributes, parent, startTime: epoch(startTime) });
  complete?.(span);
  tellAnswer(span, responseStatus);
  span.end(epoch(responseEnd));
}

/** What the document loaded by itself until the end of its load event, in the order it began. */
function loadedResources({ loadEventEnd }: Navigation): readonly PerformanceResourceTiming[] {
  const resources = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
  return resources.filter(({ initiatorType, responseEnd }) => !byScripts.has(initiatorType) && responseEnd <= loadEventEnd);
}

/** Of the span that made the document on its server, as the document or its headers tell. */
function serverTrace(tracing: SourceTracing, { transferSize, encodedBodySize, serverTiming = [] }: Navigation): Carried {
  const none: Carried = { trace: undefined, baggage: undefined };
  // It comes out of a cache, and was made for another visit.
  if (transferSize < encodedBodySize) return none;
  const named = document.querySelector('meta[name="traceparent"]')?.getAttribute('content');
  const timed = serverTiming.find(({ name }) => name === 'traceparent')?.description;
  for (const traceparent of [named, timed]) {
    const carried = traceparent ? tracing.extract({ traceparent }) : none;
    if (carried.trace !== undefined) return carried;
  }
  return none;
}

function addMoments(span: Span, navigation: Navigation, moments: readonly Moment[]): void {
  for (const moment of moments) {
    const at = navigation[moment];
    // 0 is what did not happen, or is not told; but every document is fetched, some within the first tick of the clock.
    const isTold = typeof at === 'number' && (at > 0 || moment === 'fetchStart');
    if (isTold) span.addEvent(moment, undefined, epoch(at));
  }
}

/** Epoch milliseconds of a time of the page's timeline. */
function epoch(time: number): number {
  return performance.timeOrigin + time;
}
