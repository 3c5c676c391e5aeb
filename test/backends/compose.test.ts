// Whoever has Docker shall see the same as the tests do.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { versions } from './cache.mjs';

const compose = readFileSync(new URL('../../demo/compose.yaml', import.meta.url), 'utf8');

it('demo/compose.yaml starts the versions that are tested here', () => {
  const images = [...compose.matchAll(/image: (\S+)/g)].map(([, image]) => image);
  expect(images).toEqual([
    `otel/opentelemetry-collector-contrib:${versions.collector.version}`,
    `jaegertracing/jaeger:${versions.jaeger.version}`,
    `openzipkin/zipkin:${versions.zipkin.version}`,
  ]);
});
