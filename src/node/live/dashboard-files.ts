import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plainAnswer } from './live-exchange.ts';
import type { LiveAnswer, LiveRequest } from './live-exchange.ts';

/** The page and what belongs to it, by the last segment of the path. */
const types: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'dashboard.js': 'text/javascript; charset=utf-8',
  'dashboard.css': 'text/css; charset=utf-8',
};

/** Everything comes from here, and nothing may be put around it. */
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const packageName = '@arkhe/observability';

/** Serves the page of the package. */
export interface DashboardFiles {
  answer(request: LiveRequest, segment: string): Promise<LiveAnswer>;
}

interface File {
  readonly type: string;
  readonly body: Uint8Array;
  readonly etag: string;
}

/** Each file is read once, when it is first asked for. `folder`: by default that of the package, wherever this module lies in it. */
export function createDashboardFiles(folder?: string): DashboardFiles {
  const files = new Map<string, Promise<File | undefined>>();

  async function read(name: string, type: string): Promise<File | undefined> {
    try {
      const body = await readFile(join(folder ?? (await packageFolder()), 'dist', 'dashboard', name));
      return { type, body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
    } catch {
      // It may be built, or installed, later.
      files.delete(name);
      return undefined;
    }
  }

  function open(name: string): Promise<File | undefined> {
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    if (type === undefined) return Promise.resolve(undefined);
    const known = files.get(name) ?? read(name, type);
    files.set(name, known);
    return known;
  }

  return {
    async answer({ headers }, segment) {
      const name = segment === '' ? 'index.html' : segment;
      if (!Object.hasOwn(types, name)) {
        // The addresses in the page are relative: it has to end with a slash. A name with a dot is a file that is not here.
        if (segment.includes('.')) return plainAnswer(404, 'There is no such file.');
        return plainAnswer(308, 'The page is behind a slash.', { location: `./${segment}/` });
      }
      const file = await open(name);
      if (file === undefined) return plainAnswer(404, `The dashboard is not part of this installation: dist/dashboard/${name} is missing. The stream is here all the same, with Accept: text/event-stream.`);
      const { type, body, etag } = file;
      const status = headers['if-none-match'] === etag ? 304 : 200;
      return { status, headers: { 'content-type': type, 'cache-control': 'no-cache', etag, 'content-security-policy': policy }, body };
    },
  };
}

/** From the sources as from what is published. */
async function packageFolder(): Promise<string> {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    if (await isPackage(folder)) return folder;
  }
  return '.';
}

async function isPackage(folder: string): Promise<boolean> {
  try {
    const { name }: { readonly name?: unknown } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    return name === packageName;
  } catch {
    return false;
  }
}
