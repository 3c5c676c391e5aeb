import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { folder, published } from './application.ts';

const { Bundler, NodeNext } = ts.ModuleResolutionKind;
const page = { lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'], types: [] };
const service = { lib: ['lib.es2022.d.ts'], types: ['node'] };
const both = { lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'], types: ['node'] };
const neither = { lib: ['lib.es2022.d.ts'], types: [] };

describe.each([
  ['bundler', { module: ts.ModuleKind.ESNext, moduleResolution: Bundler }],
  ['nodenext', { module: ts.ModuleKind.NodeNext, moduleResolution: NodeNext }],
])('under %s, a strict consumer', (_, resolution) => {
  it('compiles a frontend', () => expect(diagnostics('frontend.ts', { ...resolution, ...page })).toEqual([]));
  it('compiles a backend', () => expect(diagnostics('backend.ts', { ...resolution, ...service })).toEqual([]));
  it('compiles a subscriber of live streams', () => expect(diagnostics('live.ts', { ...resolution, ...both })).toEqual([]));

  it('compiles the adapters of frameworks, and what feeds other loggers in', () => {
    // Fastify's and Hono's own declarations are not as strict.
    const ours = diagnostics('frameworks.ts', { ...resolution, ...both, skipLibCheck: true });
    expect(ours).toEqual([]);
  }, 120_000);

  it('finds the API that was agreed', () => expect(diagnostics('agreed.ts', { ...resolution, ...page })).toEqual([]));

  it('needs the types of no host', () => {
    // RxJS's own declarations name a host's timers.
    const ours = diagnostics('hostless.ts', { ...resolution, ...neither }).filter((line) => !line.includes('/rxjs/'));
    expect(ours).toEqual([]);
  });
});

it('finds every type that was agreed', () => {
  const names = exportsOf('consumers/agreed-api.d.ts');
  expect(names.length).toBeGreaterThan(50);
  const published = exportsOf('node_modules/@arkhe/observability/dist/types/index.d.ts');
  expect(names.filter((name) => !published.includes(name))).toEqual([]);
});

describe('the declarations', () => {
  const files = published('dist/types', '.d.ts');

  it.each(files)('$file names no package but rxjs, and Node or what an adapter is for where only that has it', ({ file, text }) => {
    const imports = [...text.matchAll(/(?:from|import\()\s*['"]([^'"]+)['"]/g)].map(([, specifier]) => specifier);
    const foreign = imports.filter((specifier) => specifier !== 'rxjs' && !specifier!.startsWith('.'));
    const isAdapter = /\/(node|express|fastify|koa|hono|serving|react|vue)\.d\.ts$/.test(file);
    expect(foreign.filter((specifier) => !(isAdapter && /^(node:.*|hono|react|vue)$/.test(String(specifier))))).toEqual([]);
  });

  it.each(files)('$file brings what it names of newer libraries along', ({ text }) => {
    if (/\b(Async)?Disposable\b/.test(text)) expect(text).toContain('/// <reference lib="esnext.disposable" preserve="true" />');
    if (/\bAbortSignal\b/.test(text)) expect(text).toMatch(/declare global \{[^}]*interface AbortSignal \{\}/);
  });
});

function program(file: string, options: ts.CompilerOptions): ts.Program {
  return ts.createProgram([join(folder, file)], {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    typeRoots: [join(folder, 'node_modules/@types')],
    ...options,
  });
}

function diagnostics(consumer: string, options: ts.CompilerOptions): readonly string[] {
  return ts.getPreEmitDiagnostics(program(`consumers/${consumer}`, options)).map(({ file, start, messageText }) => {
    const line = file === undefined ? '' : `${file.fileName}:${file.getLineAndCharacterOfPosition(start ?? 0).line + 1} `;
    return line + ts.flattenDiagnosticMessageText(messageText, '\n');
  });
}

function exportsOf(file: string): readonly string[] {
  const parsed = program(file, { module: ts.ModuleKind.ESNext, moduleResolution: Bundler, ...page });
  const checker = parsed.getTypeChecker();
  return checker.getExportsOfModule(checker.getSymbolAtLocation(parsed.getSourceFile(join(folder, file))!)!).map(({ name }) => name);
}
