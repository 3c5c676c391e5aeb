import type { ErrorSignal } from '../../../core/signal.ts';
import { runtimeFigures } from './runtime-figures.ts';
import { selectSeries } from './select-series.ts';
import type { Selection } from './select-series.ts';
import type { TopView } from './top-view.ts';

/** Valid in JSON as they are, and yet a terminal may act on them. */
const active: RegExp = /[\u007f-\u009f\p{Cf}\u2028\u2029]/gu;

/** A frame as one line of JSON, without its line end. Durations are milliseconds; what is unknown is absent. */
export function jsonLine(view: TopView, selection: Selection): string {
  const { hello, statistics, ledger, lastError } = view;
  const all = statistics?.series ?? [];
  const series = selectSeries(all, selection);
  const json = JSON.stringify({
    time: statistics?.time,
    service: hello?.service,
    environment: hello?.environment,
    state: view.state,
    window: statistics?.window,
    every: hello?.every,
    series,
    leftOut: all.length - series.length + (statistics?.leftOut ?? 0),
    runtime: runtimeFigures(view.metrics),
    ledger,
    lastError: lastError && briefly(lastError),
  });
  return json.replace(active, escape);
}

/** Without stack and steps, which would come again with every line. */
function briefly({ timestamp, eventId, level, handled, trace, error }: ErrorSignal): object {
  return { time: timestamp, type: error.type, message: error.message, level, handled, eventId, traceId: trace?.traceId };
}

/** As JSON has it: by units, of which a character may be two. */
function escape(character: string): string {
  return character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
