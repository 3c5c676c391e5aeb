import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { propagatingService } from '../helpers/propagating-service.ts';
import type { PropagatingService } from '../helpers/propagating-service.ts';

// The rules of https://www.w3.org/TR/baggage/ for a service that receives baggage and hands it on, each by its section, against one
// behind a real socket. What other participants send is written byte by byte.

const traceparent = 'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

let service: PropagatingService;
beforeAll(async () => {
  service = await propagatingService(['tracecontext', 'baggage']);
});
afterAll(() => service.close());

interface Rule {
  readonly section: string;
  readonly rule: string;
  readonly sent: readonly string[];
  /** What is handed on. */
  readonly baggage: string | undefined;
}

const rule = (section: string, text: string, sent: readonly string[], baggage: string | undefined): Rule => ({ section, rule: text, sent, baggage });

const token = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const plainValue = "!#$&'()*+-./0123456789:<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";

const rules: readonly Rule[] = [
  rule('3.1', 'takes the name in any case', ['BaGgAgE: a=1'], 'a=1'),
  rule('3.1', 'takes no other name', ['bag-gage: a=1'], undefined),
  rule('3', 'hands a received header on', ['baggage: userId=alice'], 'userId=alice'),
  rule('3', 'combines several headers in their order', ['baggage: a=1,b=2', 'Baggage: c=3', 'baggage: d=4'], 'a=1,b=2,c=3,d=4'),
  rule('3', 'combines equal headers, too', ['baggage: a=1', 'baggage: a=1'], 'a=1,a=1'),
  rule('3', 'takes an empty header for none', ['baggage:'], undefined),
  rule('3', 'takes an empty header among others for none', ['baggage:', 'baggage: a=1', 'baggage:'], 'a=1'),
  rule('3.2.1', 'ignores empty members of the list', ['baggage: ,a=1,, ,b=2,'], 'a=1,b=2'),
  rule('3.2.1', 'ignores white space around members', ['baggage:  a=1 \t , \t b=2\t'], 'a=1,b=2'),
  rule('3.2.1', 'ignores white space around the equals sign', ['baggage: a \t=\t 1, b= 2 ,c =3'], 'a=1,b=2,c=3'),
  rule('3.2.1', 'a malformed member does not affect the others', ['baggage: a=1,,broken,=,;,b=2'], 'a=1,b=2'),
  rule('3.2.1.1', 'keeps keys that come twice, and their order', ['baggage: a=1,b=2,a=3'], 'a=1,b=2,a=3'),
  rule('3.2.1.1', 'preserves the order of members', ['baggage: z=1,a=2,m=3'], 'z=1,a=2,m=3'),
  rule('3.2.1.2', 'takes every character of a token for a key', [`baggage: ${token}=1`], `${token}=1`),
  rule('3.2.1.2', 'distinguishes the case of keys', ['baggage: a=1,A=2'], 'a=1,A=2'),
  ...['(', ')', '/', ':', '<', '>', '?', '@', '[', ']', '\\', '{', '}', '"', ' '].map((char) =>
    rule('3.2.1.2', `takes no other character in a key: ${char}`, [`baggage: a${char}b=1,c=2`], 'c=2'),
  ),
  rule('3.2.1.2', 'takes no letters beyond ASCII in a key', ['baggage: \u00e4=1,c=2'], 'c=2'),
  rule('3.2.1.2', 'takes no empty key', ['baggage: =1,c=2'], 'c=2'),
  rule('3.2.1.3', 'takes every character of a value as it is', [`baggage: a=${plainValue}`], `a=${plainValue}`),
  rule('3.2.1.3', 'takes an equals sign as a part of a value', ['baggage: a=b=c=='], 'a=b=c=='),
  rule('3.2.1.3', 'takes an empty value', ['baggage: a=,b= '], 'a=,b='),
  rule('3.2.1.3', 'takes no member without a value', ['baggage: a,b=2'], 'b=2'),
  ...['"', '\\', ' '].map((char) => rule('3.2.1.3', `takes no other character in a value: ${char}`, [`baggage: a=x${char}y,c=2`], 'c=2')),
  rule('3.2.1.3', 'takes no letters beyond ASCII in a value', ['baggage: a=\u00e4,c=2'], 'c=2'),
  rule('3.2.1.3', 'takes no UTF-8 in a value', ['baggage: a=\u00c3\u00a4,c=2'], 'c=2'),
  rule('3.2.1.3', 'percent-encodes again what must be: all that may not be in a value', ['baggage: a=%20%22%2C%3B%5C%09%0D%0A%7F'], 'a=%20%22%2C%3B%5C%09%0D%0A%7F'),
  rule('3.2.1.3', 'percent-encodes again what must be: the percent sign', ['baggage: a=100%25,b=%2525'], 'a=100%25,b=%2525'),
  rule('3.2.1.3', 'percent-encodes again what must be: letters beyond ASCII', ['baggage: a=%C3%A4%e2%98%95%F0%9F%98%80'], 'a=%C3%A4%E2%98%95%F0%9F%98%80'),
  rule('3.2.1.3', 'decodes what need not have been encoded', ['baggage: a=%41%2F%3D'], 'a=A/='),
  rule('3.2.1.3', 'replaces what is no UTF-8', ['baggage: a=x%FFy%C3,b=%ED%A0%80'], 'a=x%EF%BF%BDy%EF%BF%BD,b=%EF%BF%BD%EF%BF%BD%EF%BF%BD'),
  rule('3.2.1.3', 'takes a percent sign without digits for itself', ['baggage: a=%,b=%4,c=%zz'], 'a=%25,b=%254,c=%25zz'),
  rule('3.2.1.4', 'keeps the properties of a member', ['baggage: a=1;p;q=r;s=t=u,b=2'], 'a=1;p;q=r;s=t=u,b=2'),
  rule('3.2.1.4', 'ignores white space around properties', ['baggage: a=1 \t ; \t p \t ; q=r'], 'a=1;p;q=r'),
  rule('3.2.1.4', 'leaves the values of properties as they came', ['baggage: a=1;p=%20%41'], 'a=1;p=%20%41'),
  rule('3.2.1.4', 'takes no member with a malformed property', ['baggage: a=1;"p",b=2;,c=3;p q,d=4'], 'd=4'),
  rule('3.2.2', 'propagates 64 members', [`baggage: ${list(64)}`], list(64)),
  rule('3.2.2', 'propagates 64 members of several headers', [`baggage: ${list(40)}`, `baggage: ${list(24, 40)}`], list(64)),
  rule('3.2.2', 'drops whole members from the end: the 65th', [`baggage: ${list(65)}`], list(64)),
  rule('3.2.2', 'does not count malformed and empty members', [`baggage: broken,,${list(64)}`], list(64)),
  rule('3.2.2', 'propagates 8192 bytes', [`baggage: ${sized(8_192)}`], sized(8_192)),
  rule('3.2.2', 'propagates 8192 bytes of one member', [`baggage: a=${'v'.repeat(8_190)}`], `a=${'v'.repeat(8_190)}`),
  rule('3.2.2', 'drops a whole member: of 8193 bytes', [`baggage: a=${'v'.repeat(8_191)}`], undefined),
  rule('3.2.2', 'drops whole members from the end: beyond 8192 bytes', [`baggage: ${sized(8_192)},z=1`], sized(8_192)),
  rule('3.2.2', 'does not count white space', [`baggage: ${sized(8_192).replaceAll(',', ' \t , ')}`], sized(8_192)),
  rule('3.3', 'reads the examples: one header', ['baggage: userId=alice,serverNode=DF%2028,isProduction=false'], 'userId=alice,serverNode=DF%2028,isProduction=false'),
  rule(
    '3.3',
    'reads the examples: several headers, with white space',
    ['baggage: userId =   alice', 'baggage: serverNode = DF%2028, isProduction = false'],
    'userId=alice,serverNode=DF%2028,isProduction=false',
  ),
  rule(
    '3.2.3',
    'reads the examples: properties',
    ['baggage: key1=value1;property1;property2, key2 = value2, key3=value3; propertyKey=propertyValue'],
    'key1=value1;property1;property2,key2=value2,key3=value3;propertyKey=propertyValue',
  ),
  rule('4', 'adds none of its own', [], undefined),
];

describe('W3C Baggage', () => {
  it.each(rules)('$section $rule', async ({ sent, baggage }) => {
    const all = await service.send(traceparent, ...sent);
    for (const { handedOn } of all) expect([handedOn['baggage'], Object.keys(handedOn).length]).toEqual([baggage, baggage === undefined ? 1 : 2]);
  });

  it('says what it ignored, and how often, without quoting it', async () => {
    const fresh = await propagatingService(['tracecontext', 'baggage']);
    await fresh.send(traceparent, 'baggage: "secret",a=1,"secret"');
    await fresh.send(traceparent, `baggage: ${list(65)}`);
    await fresh.close();
    const said = fresh.health.map((trouble) => (trouble.type === 'input-ignored' ? [trouble.message, trouble.count] : []));
    expect(said).toEqual([
      ['a malformed member of baggage', 1],
      ['baggage beyond 64 members or 8192 bytes', 1],
      ['a malformed member of baggage', 2],
      ['baggage beyond 64 members or 8192 bytes', 2],
    ]);
  });
});

function list(count: number, from = 0): string {
  return Array.from({ length: count }, (_, index) => `k${index + from}=v`).join(',');
}

/** Of four members, just this long. */
function sized(length: number): string {
  const quarter = Math.floor(length / 4) - 3;
  const text = ['a', 'b', 'c'].map((key) => `${key}=${'v'.repeat(quarter)}`).join(',');
  return `${text},d=${'v'.repeat(length - text.length - 3)}`;
}
