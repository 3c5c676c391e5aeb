import { stackFrames } from '../errors/stack-frames.ts';
import type { StackFrame } from '../errors/stack-frames.ts';
import { userAttribute } from '../errors/user-attribute.ts';
import { setField } from '../set-field.ts';
import type { AttributeValue, Breadcrumb, ErrorSignal, SerializedError } from '../signal.ts';
import { attributesText, duration, printable } from './console-text.ts';
import type { Paint } from './console-text.ts';

const maxFrames = 4;
const maxCauses = 8;
const maxLines = 100;
const maxSteps = 3;
/** Steps that the console has printed when they happened. */
const printed: ReadonlySet<string> = new Set(['http', 'span', 'log', 'console', 'error']);

/** What an error says, on one line: `TypeError: no price`. */
export function headline({ type, message }: SerializedError): string {
  // What was thrown is `undefined`: that it is, is its message too.
  return printable(message === '' || message === type ? type : `${type}: ${message}`, 1_000);
}

/** `TypeError: no price ×12 (unhandled)  cart=7 user.id=u1` */
export function errorSummary({ error, count = 1, handled, tags, user, attributes }: ErrorSignal, paint: Paint): string {
  const all: Record<string, AttributeValue | undefined> = { ...tags };
  for (const [key, value] of Object.entries(user ?? {})) setField(all, userAttribute(key), value);
  const texts = attributesText(Object.assign(all, attributes), paint);
  return `${headline(error)}${count > 1 ? ` ${paint('bold', `×${count}`)}` : ''}${handled ? '' : ' (unhandled)'}${texts}`;
}

/** What stands below an error: the first frames, the causes with theirs, what was given to explain it, and the steps before. */
export function errorLines(signal: ErrorSignal, paint: Paint): readonly string[] {
  const { error, context, breadcrumbs, recording, timestamp } = signal;
  const lines: string[] = [];
  addCause(lines, error, '  ', paint);
  if (context !== undefined) lines.push(`  ${paint('dim', 'context')} ${printable(JSON.stringify(context), 1_000)}`);
  const steps = breadcrumbs.filter(({ category }) => !printed.has(category));
  for (const step of steps.slice(-maxSteps)) lines.push(stepLine(step, timestamp, paint));
  if (recording !== undefined && recording.length > 0) lines.push(`  ${paint('dim', `${recording.length} signals recorded`)}`);
  return lines;
}

/** Whether the host prints it as well, with its stack and its causes, as nobody caught it: a browser always, Node when it ends by it. */
export function isPrintedByHost({ mechanism, level }: ErrorSignal, inBrowser: boolean): boolean {
  const isUncaught = mechanism === 'onunhandledrejection' || mechanism === (inBrowser ? 'onerror' : 'onuncaughtexception');
  return isUncaught && (inBrowser || level === 'fatal');
}

function addCause(lines: string[], error: SerializedError, indent: string, paint: Paint, depth: number = 0, outer: readonly StackFrame[] = []): void {
  const frames = stackFrames(error.stack ?? '');
  for (const frame of frameTexts(frames, outer)) lines.push(`${indent}${paint('dim', printable(frame, 500))}`);
  if (depth >= maxCauses) return;
  const add = (heading: string, inner: SerializedError): void => {
    // Errors of errors multiply.
    if (lines.length >= maxLines) return;
    lines.push(`${indent}${heading} ${headline(inner)}`);
    addCause(lines, inner, `${indent}  `, paint, depth + 1, frames);
  };
  if (error.cause !== undefined) add('caused by', error.cause);
  for (const one of error.errors ?? []) add('-', one);
}

/**
 * Where it was thrown, and the way there through the application's own code; then that of others, as far as there is room. Without what the
 * error around it has said, and without the engine's own, which is the same below everything.
 */
function frameTexts(frames: readonly StackFrame[], outer: readonly StackFrame[]): readonly string[] {
  const said = new Set(outer.map(({ text }) => text));
  const telling = frames.filter(({ file, text }, index) => index === 0 || (!file.startsWith('node:internal/') && !said.has(text)));
  const [first, ...others] = telling;
  if (first === undefined) return [];
  const byWorth = [first, ...others.filter(isOwn), ...others.filter((frame) => !isOwn(frame))];
  const shown = new Set(byWorth.slice(0, maxFrames));
  const texts = telling.filter((frame) => shown.has(frame)).map(({ text }) => text);
  return telling.length > maxFrames ? [...texts, '…'] : texts;
}

/** Code of the application: not of a package, nor of the engine. */
function isOwn({ file }: StackFrame): boolean {
  return !/[/\\]node_modules[/\\]|^node:|^<anonymous>$|^\[?native/.test(file);
}

/** `• -1.2 s  ui.click button#pay` */
function stepLine({ category, message, timestamp, attributes }: Breadcrumb, now: number, paint: Paint): string {
  const before = paint('dim', `• -${duration(Math.max(0, now - timestamp))}`);
  // One that the application left says what it is itself.
  const text = category === 'manual' ? message : `${category} ${message}`;
  return `  ${before}  ${printable(text, 300)}${attributesText(attributes, paint)}`;
}
