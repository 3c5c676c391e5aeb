// What pages and hosts with standard globals alone make of gRPC.
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import * as node from '../../src/node/index.ts';
import * as page from '../../src/browser/index.ts';
import * as universal from '../../src/browser/universal.ts';

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'ConfigurationError' });
    return (error as Error).message;
  }
  return 'none';
}

const port = 'expected the port of OTLP over HTTP, 4318 (gRPC is for Node), received port 4317, which is for gRPC (did you mean http://localhost:4318?)';

describe.each([
  ['a page', page],
  ['a host with standard globals', universal],
])('in %s', (_, sdk) => {
  it('a sink over gRPC is refused, and the port over HTTP named', () => {
    expect(messageOf(() => sdk.otlpSink({ endpoint: 'http://localhost:4317' }))).toBe(`otlpSink.endpoint: ${port}`);
    expect(messageOf(() => sdk.otlpSink({ protocol: 'grpc' }))).toContain('at port 4318');
    expect(messageOf(() => sdk.otlpSink({ endpoint: 'http://localhost:4317', protocol: 'http/protobuf' }))).toBe('none');
  });

  it('so is an endpoint of the exporter', () => {
    const tracing = { exporter: 'otlp', endpoint: 'http://localhost:4317' } as const;
    expect(messageOf(() => sdk.createObservability({ serviceName: 'shop', tracing }))).toContain(port);
  });

  it('its code is not loaded', async () => {
    const entry = sdk === page ? 'index' : 'universal';
    const { outputFiles } = await build({
      stdin: { contents: `export * from './src/browser/${entry}.ts'`, resolveDir: `${import.meta.dirname}/../..` },
      bundle: true,
      format: 'esm',
      external: ['@sentry/*'],
      write: false,
    });
    const text = outputFiles[0]?.text ?? '';
    expect(text).toContain('partialSuccess');
    for (const only of ['grpc-status', 'v1.TraceService', 'RESOURCE_EXHAUSTED', 'http2']) expect(text).not.toContain(only);
  });
});

describe('in Node', () => {
  it('both are taken as written', async () => {
    expect(node.otlpSink({ endpoint: 'http://localhost:4317' }).name).toBe('otlp');
    const obs = node.createObservability({ serviceName: 'shop', sources: false, tracing: { exporter: 'otlp', endpoint: 'http://localhost:4317' } });
    await obs.shutdown({ timeout: 1_000 });
  });
});
