/** An item of an envelope; what is JSON is read. */
export interface EnvelopeItem {
  readonly header: Readonly<Record<string, unknown>>;
  readonly content: any;
}

export interface ReadEnvelope {
  readonly header: Readonly<Record<string, unknown>>;
  readonly items: readonly EnvelopeItem[];
}

/** Reads an envelope as its specification has it: a header with a `length` is followed by so many bytes, any other by a line. */
export function readEnvelope(bytes: Uint8Array): ReadEnvelope {
  const buffer = Buffer.from(bytes);
  let position = 0;

  function line(): string {
    const end = buffer.indexOf(10, position);
    const text = buffer.toString('utf8', position, end < 0 ? buffer.length : end);
    position = end < 0 ? buffer.length : end + 1;
    return text;
  }

  const header = JSON.parse(line());
  const items: EnvelopeItem[] = [];
  while (position < buffer.length) {
    const itemHeader = JSON.parse(line());
    if (typeof itemHeader.length === 'number') {
      items.push({ header: itemHeader, content: JSON.parse(buffer.toString('utf8', position, position + itemHeader.length)) });
      position += itemHeader.length + 1;
    } else {
      items.push({ header: itemHeader, content: JSON.parse(line()) });
    }
  }
  return { header, items };
}

/** The event in an envelope. */
export function eventIn(bytes: Uint8Array): any {
  const [event, ...others] = readEnvelope(bytes).items.filter(({ header }) => header['type'] === 'event');
  if (event === undefined || others.length > 0) throw new Error('expected one event');
  return event.content;
}
