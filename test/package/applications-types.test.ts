import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { installApplications } from './installed-applications.ts';
import type { InstalledApplications } from './installed-applications.ts';

let applications: InstalledApplications;
beforeAll(() => void (applications = installApplications()), 60_000);
afterAll(() => applications?.dispose(), 60_000);

it("gives OpenTelemetry's newer SDK a span processor that it takes, in strict mode", () => {
  const file = join(applications.folder, 'host.ts');
  // The older one is in the contract of all hosts.
  writeFileSync(file, `
    import { streamSpanProcessor as inNode } from '@arkhe/observability/node';
    import { streamSpanProcessor as inPages } from '@arkhe/observability/browser';
    import { TracerProvider } from 'newer-sdk-trace';
    import type { SpanProcessor } from 'newer-sdk-trace';
    const processors: readonly SpanProcessor[] = [inNode(), inPages()];
    export const provider = new TracerProvider({ spanProcessors: [...processors] });`);
  const program = ts.createProgram([file], {
    strict: true,
    exactOptionalPropertyTypes: true,
    // OpenTelemetry's own declarations do not pass it.
    skipLibCheck: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
    types: [],
  });
  const complaints = ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  expect(complaints).toEqual([]);
});
