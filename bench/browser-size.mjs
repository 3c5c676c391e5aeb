// What the OTLP sink adds to a page: bundled as an application would, minified and compressed. RxJS and OpenTelemetry's API are the
// application's own, and left out.
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const KILOBYTE = 1_024;

export async function browserRows() {
  const sink = await size(`export { otlpSink } from '../dist/browser/index.js'`);
  return [
    { what: 'browser: otlpSink with serialisers, KB gzip', ours: sink / KILOBYTE, target: { most: 8, absolute: true } },
  ];
}

async function size(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: ['rxjs', '@opentelemetry/api', '@sentry/*'],
    legalComments: 'none',
    write: false,
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}
