import type { Ledger } from '../../../core/ledger.ts';
import type { ErrorSignal } from '../../../core/signal.ts';
import { escapeControls } from '../escape-controls.ts';
import { fitText, textWidth } from '../text-width.ts';
import { formatDuration } from './format-duration.ts';
import { formatBytes, formatCount, formatShare } from './format-number.ts';
import { runtimeFigures } from './runtime-figures.ts';
import type { RuntimeFigures } from './runtime-figures.ts';
import type { Style } from './style.ts';
import type { TopView } from './top-view.ts';

/** What of a text from outside is looked at, in characters: more than any line has. */
const LONGEST = 1_024;
const LABEL = 12;

/** The lines above the table: who it is, how its process is, what became of the signals, and the last error. */
export function drawSummary(view: TopView, width: number, style: Style, isPaused: boolean): string[] {
  const lines = [drawTitle(view, width, style, isPaused)];
  if (view.state !== 'open' && view.trouble !== undefined) {
    lines.push(labelled('connection', escapeControls(view.trouble.slice(0, LONGEST)), width, style));
  }
  const runtime = drawRuntime(runtimeFigures(view.metrics));
  if (runtime !== '') lines.push(labelled('process', runtime, width, style));
  if (view.ledger !== undefined) lines.push(labelled('signals', drawLedger(view.ledger), width, style));
  if (view.lastError !== undefined) {
    const line = drawError(view.lastError, view.statistics?.time);
    lines.push(labelled('last error', line, width, style));
  }
  return lines;
}

/** The service to the left, the connection to the right, which is what must not be cut. */
function drawTitle(view: TopView, width: number, style: Style, isPaused: boolean): string {
  const { hello, statistics } = view;
  const name = hello === undefined ? view.target : [hello.service, hello.environment].filter((part) => part !== '').join(' · ');
  const known = [
    ...(statistics === undefined ? [] : [`${formatSetting(statistics.window)} window`, timeOfDay(statistics.time)]),
    ...(isPaused ? ['paused'] : []),
  ];
  const state = view.state === 'open' ? 'live' : view.state;
  const right = [...known, state].join(' · ');
  const left = width - textWidth(right) - 2;
  if (left < 8) return fitText(`${escapeControls(name)} · ${right}`, width);
  const marked = view.state === 'open' ? style.good(state) : style.bad(state);
  return `${style.bold(fitText(escapeControls(name.slice(0, LONGEST)), left))}  ${[...known, marked].join(' · ')}`;
}

function drawRuntime({ eventLoopDelayP99, eventLoopUtilization, heapUsed, heapLimit }: RuntimeFigures): string {
  return [
    ...(eventLoopDelayP99 === undefined ? [] : [`event loop p99 ${formatDuration(eventLoopDelayP99)}`]),
    ...(eventLoopUtilization === undefined ? [] : [`utilisation ${formatShare(eventLoopUtilization)}`]),
    ...(heapUsed === undefined ? [] : [`heap ${formatBytes(heapUsed)}${heapLimit === undefined ? '' : ` of ${formatBytes(heapLimit)}`}`]),
  ].join(' · ');
}

function drawLedger({ emitted, routed, filtered, sinks }: Ledger): string {
  const accounts = Object.values(sinks);
  const dropped = accounts.reduce((all, sink) => all + sum(sink.dropped), 0);
  const pending = accounts.reduce((all, sink) => all + sink.pending, 0);
  const figures = [
    [emitted, 'emitted'],
    [routed, 'routed'],
    [sum(filtered), 'filtered'],
    [pending, 'pending'],
    [dropped, 'dropped'],
  ] as const;
  return figures.map(([count, what]) => `${formatCount(count)} ${what}`).join(' · ');
}

function drawError({ error, timestamp, count = 1 }: ErrorSignal, now: number | undefined): string {
  const text = escapeControls(`${count > 1 ? `×${formatCount(count)} ` : ''}${error.type}: ${error.message}`.slice(0, LONGEST));
  // First, as the message may be cut.
  const seconds = Math.round(((now ?? timestamp) - timestamp) / 1_000);
  return `${seconds < 1 ? 'just now' : `${formatSetting(seconds * 1_000)} ago`} · ${text}`;
}

/** What was set in whole seconds was not measured: `60 s`, not `60.0 s`. */
function formatSetting(milliseconds: number): string {
  const isRound = milliseconds % 1_000 === 0 && milliseconds > 0 && milliseconds < 120_000;
  return isRound ? `${milliseconds / 1_000} s` : formatDuration(milliseconds);
}

function labelled(label: string, text: string, width: number, style: Style): string {
  return style.dim(label.padEnd(LABEL)) + fitText(text, Math.max(1, width - LABEL));
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}

function timeOfDay(timestamp: number): string {
  const date = new Date(timestamp);
  return Number.isNaN(date.getTime()) ? '–' : [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}
