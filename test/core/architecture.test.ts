import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../../src', import.meta.url));

describe.each([
  ['core', ['core']],
  ['browser', ['browser', 'core']],
  ['node', ['node', 'core']],
])('src/%s', (folder, allowed) => {
  it(`imports from ${allowed.join(' and ')} alone`, () => {
    const foreign = importsUnder(folder).filter(({ specifier, from }) => {
      if (!specifier.startsWith('.')) return false;
      const [target] = join(dirname(from), specifier).slice(src.length + 1).split('/');
      return !allowed.includes(target!);
    });
    expect(foreign).toEqual([]);
  });
});

describe('the core', () => {
  it("knows no time but its clock's", () => {
    // RxJS's own timers and schedulers: its declarations hide them from the compiler.
    const timers = new Set([
      ...['animationFrame', 'animationFrames', 'asap', 'async', 'queue', 'interval', 'timer'],
      ...['animationFrameScheduler', 'asapScheduler', 'asyncScheduler', 'queueScheduler'],
      ...['auditTime', 'bufferTime', 'debounceTime', 'delay', 'sampleTime', 'throttleTime', 'timeInterval', 'timeout', 'timeoutWith', 'timestamp', 'windowTime'],
      ...['observeOn', 'subscribeOn'],
    ]);
    const used = importsUnder('core').filter(({ specifier, names }) => specifier.startsWith('rxjs') && names.some((name) => timers.has(name)));
    expect(used).toEqual([]);
  });

  it('imports RxJS from its one entry, by names', () => {
    const others = importsUnder('core').filter(({ specifier, names }) => specifier.startsWith('rxjs') && (specifier !== 'rxjs' || names.includes('*')));
    expect(others).toEqual([]);
  });

  it.each([
    ['document', 'document.title'],
    ['window', 'window.location'],
    ['navigator', 'navigator.userAgent'],
    ['process', 'process.env'],
    ['Buffer', 'Buffer.from("")'],
    ['console', 'console.log()'],
    ['fetch', 'fetch("")'],
    ['setTimeout', 'setTimeout(() => {}, 1)'],
    ['setInterval', 'setInterval(() => {}, 1)'],
    ['queueMicrotask', 'queueMicrotask(() => {})'],
    ['performance', 'performance.now()'],
  ])('does not compile with %s', (name, expression) => {
    expect(complaintsAbout(`export const probe: unknown = ${expression};`)).toEqual([expect.stringContaining(`'${name}'`)]);
  });

  it.each(['../node/index.ts', '../browser/index.ts', 'node:fs'])('does not compile with an import of %s', (specifier) => {
    expect(complaintsAbout(`import ${JSON.stringify(specifier)};`)).not.toEqual([]);
  });

  it('compiles with what every host has', () => {
    expect(complaintsAbout('export const probe: AbortController = new AbortController();')).toEqual([]);
  });
});

interface Import {
  readonly from: string;
  readonly specifier: string;
  /** As the module exports them; `*` for a namespace. */
  readonly names: readonly string[];
}

function importsUnder(folder: string): readonly Import[] {
  const files = readdirSync(join(src, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.flatMap((name) => importsOf(join(src, folder, name)));
}

function importsOf(from: string): readonly Import[] {
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      found.push({ from, specifier: node.moduleSpecifier.text, names: namesOf(node) });
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && ts.isStringLiteral(node.arguments[0]!)) {
      found.push({ from, specifier: node.arguments[0].text, names: ['*'] });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(from, readFileSync(from, 'utf8'), ts.ScriptTarget.ES2022));
  return found;
}

function namesOf(node: ts.ImportDeclaration | ts.ExportDeclaration): readonly string[] {
  const bindings = ts.isImportDeclaration(node) ? node.importClause?.namedBindings : node.exportClause;
  if (bindings !== undefined && (ts.isNamedImports(bindings) || ts.isNamedExports(bindings))) {
    return bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
  }
  return ['*'];
}

/** What the compiler, as it is set up for the core, says about a file there with this text. */
function complaintsAbout(text: string): readonly string[] {
  const core = join(src, 'core');
  const probe = join(core, 'probe.ts');
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(join(core, 'tsconfig.json'), ts.sys.readFile).config, ts.sys, core);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.getSourceFile = (name, ...rest) => (name === probe ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest));
  host.fileExists = (name) => name === probe || fileExists(name);
  const program = ts.createProgram([probe, join(core, 'standard.d.ts')], { ...options, noEmit: true }, host);
  const source = program.getSourceFile(probe)!;
  const diagnostics = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
