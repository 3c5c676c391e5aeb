// The traces we send, as Zipkin's own API gives them.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { zipkinSink } from '#sdk';
import type { Sink } from '#sdk';
import { asTexts } from './as-text.ts';
import { sendCheckout } from './checkout.ts';
import { eventually } from './eventually.ts';
import { expectManySpans, sendManySpans } from './many-spans.ts';
import { byName } from './seen-span.ts';
import type { SeenSpan } from './seen-span.ts';
import { seenInZipkin } from './seen-in-zipkin.ts';
import { startZipkin } from './zipkin.ts';
import type { ZipkinBackend, ZipkinSpan } from './zipkin.ts';

let zipkin: ZipkinBackend;
beforeAll(async () => {
  zipkin = await startZipkin();
});
afterAll(() => zipkin?.stop());

const createSink = (): Sink => zipkinSink({ endpoint: zipkin.endpoint });

function traceOf(traceId: string, spans: number): Promise<readonly ZipkinSpan[]> {
  return eventually(`${spans} spans of ${traceId}`, async () => {
    const trace = await zipkin.trace(traceId);
    return trace !== undefined && trace.length >= spans ? trace : undefined;
  });
}

/** Zipkin knows texts only, no shorter time than a microsecond, and writes names in lower case. */
function asZipkinCan(span: SeenSpan): SeenSpan {
  return { ...asTexts(span), name: span.name.toLowerCase(), duration: Math.max(1, span.duration) };
}

it('a checkout of four services arrives complete', async () => {
  const { traceId, expected } = await sendCheckout(createSink);
  const spans = await traceOf(traceId, expected.length);
  expect(byName(seenInZipkin(spans))).toEqual(byName(expected.map(asZipkinCan)));
  expect(spans).toHaveLength(expected.length);
});

it('it knows which service calls which, and how often in vain', async () => {
  const { traceId, expected } = await sendCheckout(createSink);
  await traceOf(traceId, expected.length);
  expect(await zipkin.services()).toEqual(['mailer', 'page', 'shop', 'stock']);
  expect(await zipkin.remoteServices('page')).toEqual(['shop']);
  expect(await zipkin.remoteServices('shop')).toEqual(['bank', 'stock']);
  const dependencies = await zipkin.dependencies();
  const calls = dependencies.find(({ child }) => child === 'stock')?.callCount ?? 0;
  expect(calls).toBeGreaterThan(0);
  expect(dependencies).toHaveLength(3);
  expect(dependencies).toEqual(
    expect.arrayContaining([
      { parent: 'page', child: 'shop', callCount: calls },
      { parent: 'shop', child: 'stock', callCount: calls },
      { parent: 'shop', child: 'bank', callCount: calls, errorCount: calls },
    ]),
  );
});

it('a trace of a thousand spans arrives complete', async () => {
  const sent = await sendManySpans(createSink);
  expectManySpans(seenInZipkin(await traceOf(sent.traceId, sent.signals.length)), sent, String);
});
