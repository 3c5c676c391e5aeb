import type { LiveState } from '../../core/live/live-connection.ts';
import type { HelloFrame } from '../../core/live/live-frame.ts';
import { part, setAttribute, setText } from './element.ts';
import { formatAge, formatCount, formatTime, formatWindow, nothing } from './format.ts';

/** Who speaks, and whether the connection stands. */
export interface PageHeader {
  hello(hello: HelloFrame, skipped: number): void;
  state(state: LiveState, reason: string | undefined): void;
  /** Called each second: how long the last frame is ago says whether the numbers are fresh. */
  age(lastFrame: number | undefined, now: number): void;
  paused(paused: boolean): void;
}

const words: Readonly<Record<LiveState, string>> = { connecting: 'Connecting', open: 'Live', retrying: 'Reconnecting', closed: 'Closed' };
/** Milliseconds without a frame, as multiples of those between two, after which numbers are stale. */
const STALE = 4;

export function createPageHeader(): PageHeader {
  const state = part('state');
  const stateText = part('state-text');
  const lastFrame = part('last-frame');
  const notice = part('notice');
  const pause = part('pause');
  let every = 1_000;
  let present: LiveState = 'connecting';
  let isPaused = false;
  let why: string | undefined;

  function show(): void {
    setAttribute(state, 'data-state', isPaused && present === 'open' ? 'paused' : present);
    setText(stateText, isPaused ? `${words[present]}, display paused` : words[present]);
    const text = present === 'open' || why === undefined ? '' : why;
    setText(notice, text);
    notice.hidden = text === '';
  }

  return {
    hello({ service, environment, window, every: between }, skipped) {
      every = between;
      setText(part('service'), service);
      setText(part('environment'), environment);
      part('environment').hidden = environment === '';
      setText(part('window'), `${formatWindow(window)}${skipped > 0 ? ` · ${formatCount(skipped)} frames skipped` : ''}`);
      document.title = `${service} · live`;
    },
    state(next, reason) {
      [present, why] = [next, reason];
      show();
    },
    age(last, now) {
      if (last === undefined) return setText(lastFrame, nothing);
      const stale = now - last > Math.max(STALE * every, 5_000);
      setAttribute(lastFrame, 'data-stale', String(stale));
      setText(lastFrame, stale ? `${formatTime(last)} · ${formatAge(now - last)}` : formatTime(last));
    },
    paused(next) {
      isPaused = next;
      setText(pause, next ? 'Resume' : 'Pause');
      pause.setAttribute('aria-pressed', String(next));
      show();
    },
  };
}
