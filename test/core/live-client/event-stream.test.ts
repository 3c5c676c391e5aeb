import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventStream } from '../../../src/core/live/event-stream.ts';

type Seen = readonly [type: string, data: string, lastEventId: string];

/** What comes out of these pieces. */
function read(...pieces: readonly (string | Uint8Array)[]) {
  const events: Seen[] = [];
  const retries: number[] = [];
  const counts = { tooLong: 0 };
  const stream: EventStream = new EventStream({
    event: ({ type, data }) => events.push([type, data, stream.lastEventId]),
    retry: (milliseconds) => retries.push(milliseconds),
    tooLong: () => (counts.tooLong += 1),
  });
  for (const piece of pieces) stream.push(typeof piece === 'string' ? bytes(piece) : piece);
  return { stream, events, retries, counts };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('an event stream', () => {
  it.each([
    ['LF', 'data: a\n\n'],
    ['CR', 'data: a\r\r'],
    ['CRLF', 'data: a\r\n\r\n'],
    ['each its own', 'data: a\r\n\n'],
  ])('has lines that end with %s', (_, text) => {
    expect(read(text).events).toEqual([['message', 'a', '']]);
  });

  it.each([
    ['a type, data and an id', 'event: add\nid: 7\ndata: x\n\n', [['add', 'x', '7']]],
    ['data of several lines', 'data: YHOO\ndata: +2\ndata: 10\n\n', [['message', 'YHOO\n+2\n10', '']]],
    ['one space behind the colon that is not data', 'data:test\n\ndata: test\n\ndata:  test\n\n', [['message', 'test', ''], ['message', 'test', ''], ['message', ' test', '']]],
    ['fields without a value', 'data\n\ndata\ndata\n\ndata:', [['message', '', ''], ['message', '\n', '']]],
    ['comments', ': hello\ndata: a\n:\n: data: b\n\n', [['message', 'a', '']]],
    ['fields nobody knows', 'Data: a\n data: b\ndataa: c\ndata: d\n\n', [['message', 'd', '']]],
    ['colons in data', 'data: a:b: c\n\n', [['message', 'a:b: c', '']]],
    ['an id for the events after it', 'id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n', [['message', 'a', '1'], ['message', 'b', '1'], ['message', 'c', '']]],
    ['an id with NUL, which is none', 'id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n', [['message', 'a', '1'], ['message', 'b', '1']]],
    ['a type for one event alone', 'event: add\ndata: a\n\ndata: b\n\n', [['add', 'a', ''], ['message', 'b', '']]],
    ['a type without data, which is no event', 'event: add\n\ndata: b\n\n', [['message', 'b', '']]],
    ['an empty type', 'event: add\nevent:\ndata: a\n\n', [['message', 'a', '']]],
    ['an event that is not finished', 'data: a\n\ndata: b\n', [['message', 'a', '']]],
    ['a byte order mark at its beginning', '\uFEFFdata: a\n\n', [['message', 'a', '']]],
    ['a byte order mark elsewhere', 'data: a\n\n\uFEFFdata: b\n\ndata: \uFEFFc\n\n', [['message', 'a', ''], ['message', '\uFEFFc', '']]],
    ['what looks like the end of a line to others', 'data: a\u2028b\u0085c\fd\n\n', [['message', 'a\u2028b\u0085c\fd', '']]],
  ])('may have %s', (_, text, expected) => {
    expect(read(text).events).toEqual(expected);
    // The same a byte at a time.
    expect(read(...[...bytes(text)].map((byte) => Uint8Array.of(byte))).events).toEqual(expected);
  });

  it('remembers the id of an event without data', () => {
    const { stream, events } = read('id: 5\n\n');
    expect(events).toEqual([]);
    expect(stream.lastEventId).toBe('5');
  });

  it('takes no id before its event ends', () => {
    expect(read('id: 5\ndata: a\n').stream.lastEventId).toBe('');
  });

  it('says how long to wait, when that is digits', () => {
    expect(read('retry: 10\nretry: 1s\nretry: -1\nretry: 1.5\nretry:\nretry: ٣\nretry:20\n').retries).toEqual([10, 20]);
  });

  it('replaces bytes that are no UTF-8', () => {
    expect(read(bytes('data: '), Uint8Array.of(0xff, 0x61, 0xe2, 0x82), bytes('\n\n')).events).toEqual([['message', '\uFFFDa\uFFFD', '']]);
  });

  it('is the same in whatever pieces it comes', () => {
    const line = fc.oneof(
      { weight: 4, arbitrary: fc.tuple(fc.constantFrom('data', 'event', 'id', 'retry', 'other', ''), fc.constantFrom(':', ': ', ''), text()).map((parts) => parts.join('')) },
      { weight: 2, arbitrary: fc.constant('') },
      text(),
    );
    const lines = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n')));
    fc.assert(
      fc.property(lines, fc.boolean(), fc.array(fc.nat()), (parts, marked, cuts) => {
        const content = parts.map(([text, end]) => text + end).join('');
        const whole = bytes((marked ? '\uFEFF' : '') + content);
        const expected = interpret(marked ? content : content.replace(/^\uFEFF/, ''));
        const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
        const pieces = places.slice(1).map((end, index) => whole.subarray(places[index], end));
        const { events, retries, stream } = read(...pieces);
        expect({ events, retries, id: stream.lastEventId }).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('an event of more than 4 MB', () => {
  const half = 'x'.repeat(2_200_000);

  it.each([
    ['in one line', `data: ${half}${half}\n`],
    ['in several', `data: ${half}\ndata: ${half}\ndata: y\n`],
    ['with an id behind it', `data: ${half}${half}\nid: 9\n`],
  ])('is left out and counted, %s', (_, text) => {
    const pieces: string[] = [];
    for (let from = 0; from < text.length; from += 65_536) pieces.push(text.slice(from, from + 65_536));
    const { events, counts, stream } = read('data: a\n\n', ...pieces, '\n', 'event: after\ndata: b\n\n');
    expect(events.map(([type, data]) => [type, data])).toEqual([['message', 'a'], ['after', 'b']]);
    expect(counts.tooLong).toBe(1);
    expect(stream.lastEventId).toBe(text.includes('id') ? '9' : '');
  });

  it('is taken up to there', () => {
    const { events, counts } = read(`data: ${half}\ndata: ${'x'.repeat(1_900_000)}\n\n`);
    expect(events[0]?.[1]).toHaveLength(4_100_001);
    expect(counts.tooLong).toBe(0);
  });

  it('costs no more memory the longer it is', () => {
    const { stream, counts } = read('data: ');
    const piece = new Uint8Array(65_536).fill(0x78);
    const heapOf = (): number => (globalThis.gc?.(), process.memoryUsage().heapUsed);
    const before = heapOf();
    // 256 MB without the end of a line.
    for (let count = 0; count < 4_096; count += 1) stream.push(piece);
    expect(heapOf() - before).toBeLessThan(64_000_000);
    stream.push(bytes('\n\n'));
    expect(counts.tooLong).toBe(1);
  });
});

function text(): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom('a', ' ', ':', '1', 'é', '€', '𝄞', '\0', '\u2028', '\uFEFF'), maxLength: 6 });
}

/** The standard, word by word, of a whole text. */
function interpret(whole: string) {
  const events: Seen[] = [];
  const retries: number[] = [];
  let [data, type, idBuffer, id] = ['', '', '', ''];
  const ends = /\r\n|\r|\n/;
  const lines = whole.split(ends);
  // Behind the last end is a line that has none.
  lines.pop();
  for (const line of lines) {
    if (line === '') {
      id = idBuffer;
      if (data !== '') events.push([type === '' ? 'message' : type, data.replace(/\n$/, ''), id]);
      [data, type] = ['', ''];
    } else if (!line.startsWith(':')) {
      const [, field, value] = /^([^:]*)(?:: ?)?([^]*)$/.exec(line)!;
      if (field === 'event') type = value!;
      if (field === 'data') data += `${value}\n`;
      if (field === 'id' && !value!.includes('\0')) idBuffer = value!;
      if (field === 'retry' && /^[0-9]+$/.test(value!)) retries.push(Number(value));
    }
  }
  return { events, retries, id };
}
