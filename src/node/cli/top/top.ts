import { connectLiveFactory } from '../../../core/live/connect-live.ts';
import type { LiveConnection } from '../../../core/live/live-connection.ts';
import type { Signal } from '../../../core/signal.ts';
import { createClock } from '../../clock.ts';
import { createContextStorage } from '../../context.ts';
import { UsageError } from '../command-errors.ts';
import type { Command, CommandHost, OptionValues } from '../command.ts';
import { didYouMean } from '../did-you-mean.ts';
import { readCount } from '../read-count.ts';
import { readDuration } from '../read-duration.ts';
import { readTarget, targetOptions, tokenNote } from '../read-target.ts';
import type { Target } from '../read-target.ts';
import { keyHelp } from './controls.ts';
import { screenOutput } from './screen-output.ts';
import { sortKeys } from './select-series.ts';
import type { Selection, SortKey } from './select-series.ts';
import { plainStyle, terminalStyle } from './style.ts';
import { textOutput } from './text-output.ts';
import { watchService } from './watch-service.ts';
import type { OutputFactory } from './watch-service.ts';

const DEFAULT_WIDTH = 100;
/** Milliseconds `--once` waits for its frame, beyond the time between two. */
const PATIENCE = 10_000;

/** The numbers of a service, in the terminal. */
export const top: Command = {
  name: 'top',
  summary: 'Shows the series of a running service in the terminal: rate, errors and percentiles, live.',
  usage: '--url <address> [options]',
  options: {
    ...targetOptions,
    every: { value: 'duration', summary: 'time between two frames (default: as the service does, mostly 1s)' },
    window: { value: 'duration', summary: 'time that the numbers cover (default: as the service does, mostly 60s)' },
    sort: { value: 'key', summary: `${sortKeys.join(', ')} (default: p99)` },
    limit: { value: 'number', summary: 'most series to show (default: all)' },
    filter: { value: 'text', summary: 'only series with this text in their name, in either case' },
    width: { value: 'columns', summary: `most columns to use (default: ${DEFAULT_WIDTH})` },
    once: { summary: 'print one frame and end' },
    json: { summary: 'print a line of JSON for each frame' },
  },
  notes: [
    'Durations are written as 500ms, 1s, 2m, or as plain milliseconds.',
    tokenNote,
    'Without a terminal, or with --once, frames are printed one after the other as plain text. NO_COLOR turns colours off.',
    `Keys: ${keyHelp.map(([key, what]) => `${key} ${what}`).join('; ')}.`,
    'Ends with 0 when all is well, 1 when the service refuses (or --once cannot reach it), 2 for wrong usage, 130 for Ctrl-C. A service that goes away is waited for.',
  ],
  async run(values, host) {
    const target = readTarget(values, host);
    const every = readDuration(values, 'every');
    const window = readDuration(values, 'window');
    if (every !== undefined && window !== undefined && window < every) throw new UsageError('--window must be at least as long as --every');
    const connection = connect(target, every, window);
    return watchService({
      connection,
      target,
      host,
      once: values.isOn('once'),
      patience: PATIENCE + (every ?? 0),
      output: chooseOutput(values, host, readSelection(values)),
    });
  },
};

function connect({ url, token }: Target, every: number | undefined, window: number | undefined): LiveConnection<Signal> {
  const connectLive = connectLiveFactory({
    clock: createClock(),
    createContextStorage,
    fetch: (address, request) => fetch(address, request),
  });
  return connectLive(url.href, { token, every, window, parts: ['statistics', 'health', 'ledger', 'metrics', 'errors'] });
}

function readSelection(values: OptionValues): Selection {
  return {
    sort: readSort(values.text('sort') ?? 'p99'),
    reversed: false,
    filter: values.text('filter') ?? '',
    limit: readCount(values, 'limit', 1, 100_000),
  };
}

function readSort(text: string): SortKey {
  const found = sortKeys.find((key) => key === text);
  if (found !== undefined) return found;
  const hint = didYouMean(text, sortKeys);
  throw new UsageError(`--sort expects one of ${sortKeys.join(', ')}${hint === undefined ? '' : ` (${hint})`}`);
}

function chooseOutput(values: OptionValues, host: CommandHost, selection: Selection): OutputFactory {
  const { stdout, environment } = host;
  const asJson = values.isOn('json');
  const most = readCount(values, 'width', 20, 1_000) ?? DEFAULT_WIDTH;
  const isTerminal = stdout.isTTY && environment['TERM'] !== 'dumb';
  const style = isTerminal && !environment['NO_COLOR'] ? terminalStyle : plainStyle;
  if (isTerminal && !asJson && !values.isOn('once')) {
    return (first, _written, quit) => screenOutput({ host, selection, style, maxWidth: most, first, quit });
  }
  const width = isTerminal ? Math.min(most, stdout.columns || most) : most;
  return (_first, written) => textOutput({ host, selection, style, width, asJson, written });
}
