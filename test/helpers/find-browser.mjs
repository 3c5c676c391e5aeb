// The browser of the tests, the screenshots and the demo's own checks: a Chromium that really runs on this machine.
import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const hint = 'Install one (Debian: apt-get install -y --no-install-recommends chromium) or set CHROME_BIN to its path.';

// The package's own looks in fixed places outside of it.
const fontsConfiguration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/**
 * Finds a Chromium: `CHROME_BIN`, else an installed Chrome, Chromium or Edge, else the one from npm. `TEST_BROWSER=bundled`
 * skips the installed ones, to prove what happens on a fresh machine.
 * @returns {Promise<{ path: string, env: Record<string, string> }>} the executable, and what to add to its environment
 */
export async function findBrowser() {
  const { CHROME_BIN: chosen, TEST_BROWSER: wanted } = process.env;
  if (chosen) {
    if (runs(chosen)) return { path: chosen, env: {} };
    throw new Error(`CHROME_BIN=${chosen} does not run.`);
  }
  const installed = wanted === 'bundled' ? undefined : installedBrowsers().find((path) => existsSync(path) && runs(path));
  if (installed !== undefined) return { path: installed, env: {} };
  return bundledBrowser();
}

function installedBrowsers() {
  const { PATH = '', LOCALAPPDATA, PROGRAMFILES } = process.env;
  switch (process.platform) {
    case 'darwin':
      return ['Google Chrome', 'Chromium', 'Microsoft Edge'].flatMap((name) =>
        ['', homedir()].map((root) => `${root}/Applications/${name}.app/Contents/MacOS/${name}`),
      );
    case 'win32':
      return ['Google\\Chrome\\Application\\chrome.exe', 'Chromium\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'].flatMap(
        (path) => [PROGRAMFILES, process.env['PROGRAMFILES(X86)'], LOCALAPPDATA].filter(Boolean).map((root) => join(root, path)),
      );
    default:
      return ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'microsoft-edge-stable', 'microsoft-edge'].flatMap(
        (name) => PATH.split(delimiter).filter(Boolean).map((folder) => join(folder, name)),
      );
  }
}

/** The Chromium of the `@sparticuz/chromium` package, unpacked once beside the installed modules. */
async function bundledBrowser() {
  const packed = join(modules, '@sparticuz/chromium');
  if (process.platform !== 'linux' || process.arch !== 'x64' || !existsSync(packed)) {
    throw new Error(`No Chrome, Chromium or Edge is installed, and the one from npm is for Linux on x64 only. ${hint}`);
  }
  const { version } = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8'));
  const cache = join(modules, '.cache');
  const home = join(cache, `chromium-${version}`);
  if (!existsSync(home)) await unpack(join(packed, 'bin'), cache, home);

  const path = join(home, 'chromium');
  const env = (await hasFonts()) ? {} : { FONTCONFIG_PATH: join(home, 'fonts') };
  if (runs(path, env)) return { path, env };
  // A bare system lacks libnss3 and its kin: the package brings them along.
  const { LD_LIBRARY_PATH: libraries } = process.env;
  const complete = { ...env, LD_LIBRARY_PATH: [join(home, 'libraries/lib'), libraries].filter(Boolean).join(':') };
  if (runs(path, complete)) return { path, env: complete };
  throw new Error(`The Chromium from npm does not run here. ${hint}`);
}

/** All or nothing: several processes may do this at once, and any of them may be killed half-way. */
async function unpack(packed, cache, home) {
  await mkdir(cache, { recursive: true });
  await sweep(cache);
  const partial = `${home}.${process.pid}.partial`;
  await mkdir(partial);
  await Promise.all([
    unbrotli(join(packed, 'chromium.br'), join(partial, 'chromium'), 0o755),
    untar(join(packed, 'al2023.tar.br'), join(partial, 'libraries')),
    untar(join(packed, 'fonts.tar.br'), join(partial, 'fonts')),
  ]);
  await writeFile(join(partial, 'fonts/fonts.conf'), fontsConfiguration);
  try {
    await rename(partial, home);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!existsSync(home)) throw error;
  }
}

async function untar(archive, folder) {
  await mkdir(folder);
  await unbrotli(archive, `${folder}.tar`);
  const { status, stderr, error } = spawnSync('tar', ['-x', '--no-same-owner', '-C', folder, '-f', `${folder}.tar`], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Cannot unpack ${archive}: ${error?.message ?? stderr}`);
  await rm(`${folder}.tar`);
}

function unbrotli(packed, file, mode) {
  return pipeline(createReadStream(packed), createBrotliDecompress({ chunkSize: 2 ** 21 }), createWriteStream(file, { mode }));
}

/** Removes what processes that no longer exist left half-written. */
async function sweep(cache) {
  for (const name of await readdir(cache)) {
    const pid = /^chromium-.*\.(\d+)\.partial$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(cache, name), { recursive: true, force: true });
  }
}

function isAlive(pid) {
  try {
    return pid !== process.pid && process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function runs(path, env = {}) {
  // Windows: `--version` opens a window there.
  if (process.platform === 'win32') return existsSync(path);
  return spawnSync(path, ['--version'], { env: { ...process.env, ...env }, stdio: 'ignore', timeout: 30_000 }).status === 0;
}

/** Without any font a page paints no text, and the largest contentful paint never comes. */
async function hasFonts() {
  if (!existsSync('/etc/fonts/fonts.conf')) return false;
  for (const folder of ['/usr/share/fonts', '/usr/local/share/fonts', join(homedir(), '.fonts')]) {
    const files = await readdir(folder, { recursive: true }).catch(() => []);
    if (files.some((name) => /\.(ttf|otf|ttc|pfb)$/i.test(name))) return true;
  }
  return false;
}
