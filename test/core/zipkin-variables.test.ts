import { expect, it } from 'vitest';
import { httpSinkVariables } from '../../src/core/sinks/http/http-sink-variables.ts';
import type { HttpSinkVariables } from '../../src/core/sinks/http/http-sink-variables.ts';

function read(variables: Readonly<Record<string, string>>, of: 'ZIPKIN' | 'JAEGER' = 'ZIPKIN'): HttpSinkVariables & { readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  return { ...httpSinkVariables(of, variables, (message) => void warnings.push(message)), warnings };
}

it('tell where to send, and how long to wait', () => {
  expect(read({ OTEL_EXPORTER_ZIPKIN_ENDPOINT: ' http://us:pw@zipkin.test/api/v2/spans ', OTEL_EXPORTER_ZIPKIN_TIMEOUT: '2500', OTEL_EXPORTER_JAEGER_ENDPOINT: 'http://jaeger.test' })).toEqual({
    address: { url: 'http://zipkin.test/api/v2/spans', headers: { authorization: `Basic ${btoa('us:pw')}` } },
    timeout: 2_500,
    warnings: [],
  });
  expect(read({ OTEL_EXPORTER_JAEGER_ENDPOINT: 'http://jaeger.test:14268/api/traces' }, 'JAEGER').address?.url).toBe('http://jaeger.test:14268/api/traces');
});

it('say nothing when they are empty, or not there', () => {
  expect(read({ OTEL_EXPORTER_ZIPKIN_ENDPOINT: ' ', OTEL_EXPORTER_ZIPKIN_TIMEOUT: '' })).toEqual({ address: undefined, timeout: undefined, warnings: [] });
});

it('are left out when they are wrong, which is told without what may be a secret', () => {
  const { warnings, address, timeout } = read({ OTEL_EXPORTER_ZIPKIN_ENDPOINT: 'us:hush@zipkin:9411', OTEL_EXPORTER_ZIPKIN_TIMEOUT: 'soon' });
  expect([address, timeout]).toEqual([undefined, undefined]);
  expect(warnings).toEqual([
    'OTEL_EXPORTER_ZIPKIN_ENDPOINT: expected an http or https URL, credentials percent-encoded, ignored',
    'OTEL_EXPORTER_ZIPKIN_TIMEOUT: expected milliseconds, from 1 to 2147483647, ignored',
  ]);
  expect(read({ OTEL_EXPORTER_ZIPKIN_ENDPOINT: 'zipkin:9411' }).warnings[0]).toMatch(/ignored \(did you mean http:\/\/zipkin:9411\?\)$/);
});
