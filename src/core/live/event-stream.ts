/** An event of a Server-Sent Events stream. */
export interface StreamEvent {
  /** `message` where the stream says none. */
  readonly type: string;
  readonly data: string;
}

/** What a stream says. */
export interface EventStreamListener {
  event(event: StreamEvent): void;
  /** Milliseconds to wait before connecting again. */
  retry(milliseconds: number): void;
  /** An event longer than the limit was left out. */
  tooLong(): void;
}

/** Characters of an event, beyond which it is left out. */
const LONGEST = 4 * 1_024 * 1_024;

/** Whether a `Content-Type` says that an answer is such a stream. */
export function isEventStream(contentType: string): boolean {
  return /^text\/event-stream\s*(;|$)/i.test(contentType);
}

/** Whether an id can be sent back as a header; nobody has one that is longer than 200 characters. */
export function isSendableId(id: string): boolean {
  return /^[\x21-\x7e]{1,200}$/.test(id);
}

const lineEnd = /\r\n?|\n/g;

/**
 * Reads `text/event-stream` in whatever pieces it comes. What is unfinished at the end is no event, so there is nothing to end.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class EventStream {
  readonly #listener: EventStreamListener;
  // Takes away a byte order mark at the beginning, and only there.
  readonly #decoder: { decode(bytes: Uint8Array, options: { readonly stream: boolean }): string } = new TextDecoder();
  /** The beginning of a line whose end has not come. */
  #line = '';
  /** The last piece ended with CR: an LF that follows is of the same line end. */
  #afterReturn = false;
  /** A field of this event, or the line at hand, was too long: nothing of it is kept. */
  #overflown = false;
  #lineOverflown = false;
  #type = '';
  #data: string | undefined;
  #id = '';
  #lastEventId = '';

  constructor(listener: EventStreamListener) {
    this.#listener = listener;
  }

  /** Of the latest event that said one, also for those after it. Empty when none did. */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  push(bytes: Uint8Array): void {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (text === '') return;
    if (this.#afterReturn && text.startsWith('\n')) text = text.slice(1);
    this.#afterReturn = text.endsWith('\r');
    let from = 0;
    for (const { 0: end, index } of text.matchAll(lineEnd)) {
      this.#append(text.slice(from, index));
      from = index + end.length;
      this.#endLine();
    }
    this.#append(text.slice(from));
  }

  #append(part: string): void {
    if (this.#lineOverflown || part === '') return;
    if (this.#line.length + part.length + (this.#data?.length ?? 0) <= LONGEST) {
      this.#line += part;
      return;
    }
    this.#lineOverflown = this.#overflown = true;
    this.#line = '';
    this.#data = undefined;
  }

  #endLine(): void {
    const line = this.#line;
    this.#line = '';
    if (this.#lineOverflown) this.#lineOverflown = false;
    else if (line === '') this.#dispatch();
    else this.#readField(line);
  }

  #readField(line: string): void {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    switch (name) {
      case 'event':
        this.#type = value;
        break;
      case 'data':
        if (!this.#overflown) this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
        break;
      case 'id':
        if (!value.includes('\0')) this.#id = value;
        break;
      case 'retry':
        if (/^\d+$/.test(value)) this.#listener.retry(Number(value));
    }
  }

  #dispatch(): void {
    const type = this.#type || 'message';
    const data = this.#data;
    const overflown = this.#overflown;
    this.#type = '';
    this.#data = undefined;
    this.#overflown = false;
    this.#lastEventId = this.#id;
    if (overflown) this.#listener.tooLong();
    else if (data !== undefined) this.#listener.event({ type, data });
  }
}
