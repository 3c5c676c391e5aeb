// What an application's bundler makes of the package: Sentry's code is in none of what a page loads first.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import nodeResolve from '@rollup/plugin-node-resolve';
import { build as esbuild } from 'esbuild';
import { rollup } from 'rollup';
import { minify } from 'rollup-plugin-esbuild';
import { build as vite } from 'vite';
import type { Rollup } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installed } from './application.ts';
import { folder as installedIn } from './application.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a bundler wrote. */
interface Chunk {
  readonly name: string;
  readonly isEntry: boolean;
  readonly code: string;
  /** The chunks loaded with it, at once. */
  readonly imports: readonly string[];
  /** How many bytes each module takes. */
  readonly modules: Readonly<Record<string, number>>;
}

const page = `import { getObservabilityManager } from '@arkhe/observability';
getObservabilityManager({ serviceName: 'shop' }).errorTracker.captureMessage('the page is there');`;

/** An application, with Sentry's package and without. */
let folders: Record<'with' | 'without', string>;
beforeAll(() => {
  const folder = mkdtempSync(join(installedIn, 'sentry-'));
  const application = (name: string, peers: readonly string[]): string => {
    const modules = join(folder, name, 'node_modules');
    mkdirSync(join(modules, '@arkhe'), { recursive: true });
    // A copy: from a link it would find the packages of where that leads to.
    cpSync(installed, join(modules, '@arkhe/observability'), { recursive: true, filter: (file) => !file.includes('/dist/node') });
    for (const peer of peers) {
      mkdirSync(join(modules, peer, '..'), { recursive: true });
      symlinkSync(join(root, 'node_modules', peer), join(modules, peer), 'junction');
    }
    writeFileSync(join(folder, name, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, name, 'page.js'), page);
    writeFileSync(join(folder, name, 'index.html'), '<!doctype html><script type="module" src="/page.js"></script>');
    return join(folder, name);
  };
  const peers = ['rxjs', '@opentelemetry/api'];
  folders = { with: application('with', [...peers, '@sentry/core']), without: application('without', peers) };
});
afterAll(() => rmSync(join(folders.with, '..'), { recursive: true, force: true }));

const bundlers: Readonly<Record<string, (folder: string) => Promise<readonly Chunk[]>>> = {
  async esbuild(folder) {
    const { metafile, outputFiles } = await esbuild({
      absWorkingDir: folder,
      entryPoints: ['page.js'],
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      outdir: 'out',
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    return Object.entries(metafile.outputs).map(([name, { entryPoint, imports, inputs }]) => ({
      name,
      isEntry: entryPoint === 'page.js',
      code: outputFiles.find(({ path }) => path.endsWith(name))?.text ?? '',
      imports: imports.flatMap(({ path, kind }) => (kind === 'import-statement' ? [path] : [])),
      modules: Object.fromEntries(Object.entries(inputs).map(([id, { bytesInOutput }]) => [id, bytesInOutput])),
    }));
  },
  async rollup(folder) {
    const bundle = await rollup({ input: join(folder, 'page.js'), plugins: [nodeResolve({ browser: true }), minify({ target: 'es2022' })], onLog: () => undefined });
    const { output } = await bundle.generate({ format: 'es' });
    await bundle.close();
    return output.flatMap(chunkOf);
  },
  async vite(folder) {
    const built = await vite({ root: folder, configFile: false, logLevel: 'silent', build: { write: false, target: 'es2022' } });
    return (built as Rollup.RollupOutput).output.flatMap(chunkOf);
  },
};

/** Of rollup and of those that speak as it does. */
function chunkOf(output: { readonly type: string; readonly fileName: string }): readonly Chunk[] {
  if (output.type !== 'chunk') return [];
  const { fileName, isEntry, code, imports, modules } = output as Rollup.OutputChunk;
  return [{ name: fileName, isEntry, code, imports, modules: Object.fromEntries(Object.entries(modules).map(([id, { renderedLength }]) => [id, renderedLength])) }];
}

/** The entry, and all that is loaded with it. */
function initial(chunks: readonly Chunk[]): readonly Chunk[] {
  const found = new Set(chunks.filter(({ isEntry }) => isEntry));
  for (const { imports } of found) for (const chunk of chunks) if (imports.includes(chunk.name)) found.add(chunk);
  return [...found];
}

/** In what its client is made of, whatever a minifier does. */
const wordOfSentry = 'client_report';

const bytesOfSentry = (chunks: readonly Chunk[]): number =>
  chunks.flatMap(({ modules }) => Object.entries(modules)).reduce((sum, [id, bytes]) => (id.includes('node_modules/@sentry/') ? sum + bytes : sum), 0);

describe.each(Object.keys(bundlers))('what %s makes of a page', (name) => {
  const bundle = bundlers[name]!;

  it('has none of Sentry in what is loaded first, and all of it in one chunk apart', { timeout: 120_000 }, async () => {
    const chunks = await bundle(folders.with);
    expect(bytesOfSentry(initial(chunks))).toBe(0);
    expect(initial(chunks).map(({ code }) => code).join()).not.toContain(wordOfSentry);
    const later = chunks.filter((chunk) => bytesOfSentry([chunk]) > 0);
    expect(later).toHaveLength(1);
    const [{ code = '' } = {}] = later;
    expect(code).toContain(wordOfSentry);
    const gzipped = gzipSync(code, { level: 9 }).length;
    console.log(`${name}: initial ${gzipSync(initial(chunks).map((chunk) => chunk.code).join('')).length} bytes gzipped; Sentry's chunk ${code.length} bytes, ${gzipped} gzipped`);
    // Vite leaves out what of the package is not used; the other two take all of a package that is imported when it is needed.
    expect(gzipped).toBeLessThan(name === 'vite' ? 20_000 : 65_000);
  });

  it('is made without Sentry installed, too', { timeout: 120_000 }, async () => {
    const chunks = await bundle(folders.without);
    expect(chunks.filter(({ isEntry }) => isEntry)).toHaveLength(1);
    expect(bytesOfSentry(chunks)).toBe(0);
  });
});
