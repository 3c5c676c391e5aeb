import { readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ApiCopy } from '../core/tracing/api-copies.ts';

/** The folder of the package in the path of one of its files: the innermost, if it is nested. */
const packageFolder = /^(.*[\\/]node_modules[\\/]@opentelemetry[\\/]api)[\\/]/;

/**
 * Finds the copies of `@opentelemetry/api`: the one that this package gets, the one that the application's entry gets, and those that
 * were loaded with `require`, which is how CommonJS packages load theirs, and most others too. ES and CommonJS files of one folder are
 * one copy.
 */
export function findApiCopies(): readonly ApiCopy[] {
  const application = createRequire(join(entryOfApplication(), 'any'));
  const files = [resolvedBy(() => createRequire(import.meta.url)), resolvedBy(() => application), ...Object.keys(application.cache)];
  const folders = new Set(files.map((file) => packageFolder.exec(file)?.[1]));
  return [...folders].flatMap((folder) => {
    const version = folder && versionOf(folder);
    return version === undefined ? [] : { version, folder };
  });
}

/** A file or a folder. What starts an application may be a link into its package. */
function entryOfApplication(): string {
  try {
    return realpathSync(process.argv[1] ?? process.cwd());
  } catch {
    // Code given on the command line, with arguments.
    return process.cwd();
  }
}

/** Empty when it gets none. */
function resolvedBy(requireOf: () => NodeJS.Require): string {
  try {
    return requireOf().resolve('@opentelemetry/api');
  } catch {
    // None is installed there; or this was bundled, and is no file of its own.
    return '';
  }
}

function versionOf(folder: string): string | undefined {
  try {
    const { version }: { readonly version?: unknown } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return typeof version === 'string' ? version : undefined;
  } catch {
    // Not a package that was installed.
    return undefined;
  }
}
