import { withinLimits } from './baggage-limits.ts';
import { isCarriable } from './baggage.ts';
import type { BaggageEntry } from './baggage.ts';
import type { Format } from './format.ts';
import { baggageEncoded, percentDecoded } from './percent-encoding.ts';

/**
 * A key and, behind an equals sign, a value. Any text can be read in one way only, so that the time it takes grows with its length
 * alone.
 */
const pair = /^[ \t]*([\w!#$%&'*+.^`|~-]+)[ \t]*(?:(=)[ \t]*(?:([!#-+\--:<-[\]-~]+)[ \t]*)?)?$/;

/** W3C Baggage: `baggage`. https://www.w3.org/TR/baggage/ */
export const w3cBaggage: Format = {
  fields: ['baggage'],
  readBaggage(headers, { ignored }) {
    const values = headers.named('baggage');
    return values.length === 0 ? [] : withinLimits(entriesIn(values), (entry) => memberOf(entry)?.length ?? 0, ignored);
  },
  write({ baggage = [] }, headers, { ignored }) {
    const members = withinLimits(baggage.map(memberOf), (member) => member.length, ignored);
    if (members.length > 0) headers['baggage'] = members.join();
  },
};

/** A list may be spread over several headers, and have empty members. `undefined` stands for a malformed one. */
function* entriesIn(values: readonly unknown[]): Iterable<BaggageEntry | undefined> {
  for (const value of values) {
    if (typeof value !== 'string') {
      yield undefined;
      continue;
    }
    // Not split all at once: of a megabyte of members most are not looked at.
    for (let start = 0, end; start <= value.length; start = end + 1) {
      const comma = value.indexOf(',', start);
      end = comma === -1 ? value.length : comma;
      const member = value.slice(start, end);
      if (member.trim() !== '') yield entryOf(member);
    }
  }
}

function entryOf(member: string): BaggageEntry | undefined {
  const [first = '', ...properties] = member.split(';');
  const [, key, equals, value = ''] = pair.exec(first) ?? [];
  if (key === undefined || equals === undefined || !properties.every((property) => pair.test(property))) return undefined;
  const metadata = properties.length === 0 ? undefined : properties.map((property) => property.trim()).join(';');
  return Object.freeze({ key, value: percentDecoded(value), metadata });
}

function memberOf(entry: BaggageEntry): string | undefined {
  if (!isCarriable(entry)) return undefined;
  const { key, value, metadata } = entry;
  const member = `${key}=${baggageEncoded(value)}`;
  if (metadata === undefined) return member;
  return metadata.split(';').every((property) => pair.test(property)) ? `${member};${metadata}` : undefined;
}
