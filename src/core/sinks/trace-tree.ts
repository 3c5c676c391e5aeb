import type { Signal, SpanEvent, SpanSignal } from '../signal.ts';
import type { Exchange } from './console-exchange.ts';
import { summary } from './console-line.ts';
import { attributesText, duration, printable } from './console-text.ts';
import type { Paint } from './console-text.ts';

const maxRequests = 3;

/** A line of the tree. */
interface Node {
  readonly text: string;
  readonly timestamp: number;
  readonly children: Node[];
}

interface Trace {
  readonly traceId: string;
  readonly signals: readonly Signal[];
  /** How many more there were. */
  readonly more: number;
}

/** A trace as a tree of its spans, in the order they began, with what else happened in them. */
export function traceTree({ traceId, signals, more }: Trace, paint: Paint): string {
  const spans = signals.filter((signal) => signal.kind === 'span');
  const roots = rootsOf(signals, spans, paint);
  const lines = [header(traceId, signals, spans, paint)];
  for (const [index, root] of roots.entries()) draw(root, '', index === roots.length - 1 && more === 0, lines, paint);
  if (more > 0) lines.push(`${paint('dim', '└─')} … ${more} more`);
  return lines.join('\n');
}

function header(traceId: string, signals: readonly Signal[], spans: readonly SpanSignal[], paint: Paint): string {
  const start = Math.min(...spans.map((span) => span.timestamp));
  const end = Math.max(...spans.map((span) => span.timestamp + span.duration));
  const first = spans.find(isLocalRoot) ?? spans[0];
  const parts = [`trace ${printable(traceId, 32)}`];
  if (first !== undefined) parts.push(printable(rootName(spans) ?? first.name, 200), duration(end - start));
  parts.push(spans.length === 1 ? '1 span' : `${spans.length} spans`, ...requestsOf(signals));
  return paint('cyan', parts.join(' · '));
}

/** Mostly one: the id travels with the trace. */
function requestsOf(signals: readonly Signal[]): readonly string[] {
  const ids = [...new Set(signals.map(({ requestId }) => requestId))].filter((id) => id !== undefined);
  const shown = ids.slice(0, maxRequests).map((id) => printable(id, 128)).join(', ');
  return ids.length === 0 ? [] : [`request ${shown}${ids.length > maxRequests ? ', …' : ''}`];
}

/** The name of the span without a parent, which may be another than the first local root. */
function rootName(spans: readonly SpanSignal[]): string | undefined {
  return spans.find((span) => span.parentSpanId === undefined)?.name;
}

/** Whether a span began the trace, or this process's part of it. */
export function isLocalRoot(span: SpanSignal): boolean {
  return span.parentSpanId === undefined || span.parentIsRemote === true;
}

function rootsOf(signals: readonly Signal[], spans: readonly SpanSignal[], paint: Paint): readonly Node[] {
  const byId = new Map(spans.map((span) => [span.trace.spanId, span]));
  const services = new Set(spans.map((span) => span.attributes['service.name']).filter((service) => service !== undefined));
  const nodes = new Map<string, Node>();
  const missing = new Map<string, Node>();
  const roots: Node[] = [];
  const exchanges = exchangesOf(signals);
  for (const span of byId.values()) nodes.set(span.trace.spanId, spanNode(span, exchanges.get(span.trace.spanId), services.size > 1 ? byId : undefined, paint));

  /** A parent that has not arrived, or never will. */
  function placeholder(spanId: string, timestamp: number): Node {
    const known = missing.get(spanId);
    if (known !== undefined) return known;
    const node: Node = { text: '…', timestamp, children: [] };
    missing.set(spanId, node);
    roots.push(node);
    return node;
  }

  for (const signal of signals) {
    if (signal.kind !== 'span') {
      const spanId = signal.trace?.spanId ?? '';
      const owner = nodes.get(spanId) ?? placeholder(spanId, signal.timestamp);
      owner.children.push({ text: summary(signal, paint, { span: byId.get(spanId) }), timestamp: signal.timestamp, children: [] });
      continue;
    }
    const node = nodes.get(signal.trace.spanId);
    // The same span id twice: the last one is shown.
    if (node === undefined || byId.get(signal.trace.spanId) !== signal) continue;
    const parent = signal.parentSpanId === undefined || isCircular(signal, byId) ? undefined : nodes.get(signal.parentSpanId);
    if (parent !== undefined) parent.children.push(node);
    else if (isLocalRoot(signal) || byId.has(signal.parentSpanId as string)) roots.push(node);
    else placeholder(signal.parentSpanId as string, signal.timestamp).children.push(node);
  }
  return roots.sort(byTime);
}

/** The responses by their spans, which need not say what these do. */
function exchangesOf(signals: readonly Signal[]): ReadonlyMap<string, Exchange> {
  const exchanges = new Map<string, Exchange>();
  for (const signal of signals) if (signal.kind === 'response' && signal.trace !== undefined) exchanges.set(signal.trace.spanId, signal);
  return exchanges;
}

/** Whether a span is its own ancestor: nobody would ever reach it. */
function isCircular(span: SpanSignal, byId: ReadonlyMap<string, SpanSignal>): boolean {
  let ancestor: SpanSignal | undefined = span;
  for (let steps = 0; ancestor?.parentSpanId !== undefined; steps += 1) {
    ancestor = byId.get(ancestor.parentSpanId);
    if (ancestor === span || steps > byId.size) return true;
  }
  return false;
}

function spanNode(span: SpanSignal, exchange: Exchange | undefined, byId: ReadonlyMap<string, SpanSignal> | undefined, paint: Paint): Node {
  const service = span.attributes['service.name'];
  const outer = byId?.get(span.parentSpanId ?? '')?.attributes['service.name'];
  const tag = byId !== undefined && service !== undefined && service !== outer ? `${paint('cyan', `[${printable(String(service), 60)}]`)} ` : '';
  const children = span.events.filter((event) => !isReason(event, span)).map((event) => eventNode(event, span, paint));
  return { text: `${tag}${summary(span, paint, { exchange })}`, timestamp: span.timestamp, children };
}

/** Whether an event only says again why the span failed. */
function isReason({ name, attributes }: SpanEvent, { status }: SpanSignal): boolean {
  return name === 'exception' && status.code === 'error' && attributes['exception.message'] === status.message;
}

function eventNode({ name, timestamp, attributes }: SpanEvent, span: SpanSignal, paint: Paint): Node {
  // The stack of an exception is in the error's own lines.
  const { 'exception.stacktrace': _, ...others } = attributes;
  const offset = `+${duration(Math.max(0, timestamp - span.timestamp))}`;
  return { text: `• ${printable(name, 200)} ${offset}${attributesText(others, paint)}`, timestamp, children: [] };
}

/** Without recursion: a chain of a thousand spans is no reason to fail. */
function draw(root: Node, indent: string, isLast: boolean, lines: string[], paint: Paint): void {
  const waiting = [{ node: root, indent, isLast }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    lines.push(`${paint('dim', `${next.indent}${next.isLast ? '└─' : '├─'}`)} ${next.node.text}`);
    const inner = next.indent.length > 120 ? next.indent : `${next.indent}${next.isLast ? '   ' : '│  '}`;
    const children = next.node.children.sort(byTime);
    for (let index = children.length - 1; index >= 0; index -= 1) {
      waiting.push({ node: children[index] as Node, indent: inner, isLast: index === children.length - 1 });
    }
  }
}

function byTime(one: Node, other: Node): number {
  return one.timestamp - other.timestamp;
}
