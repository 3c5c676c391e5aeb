// `npm run interop:setup`: brings the backends of `npm run test:interop` into a cache outside the checkout, and does nothing about those
// that are there. With `--check` it only says which are: exit code 0 when all are that no test can do without.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, createReadStream, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { backends, cacheFolder, isThere, versions } from './cache.mjs';

const recipes = { collector: buildCollector, jaeger: buildJaeger, zipkin: fetchZipkin, promtool: buildPromtool };
const go = { CGO_ENABLED: '0', GOWORK: 'off' };
const goBuild = ['build', '-mod=readonly', '-buildvcs=false', '-trimpath'];
// Maven would take its newest plugin.
const mavenCopy = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interruption.abort());

if (process.argv.includes('--check')) {
  for (const backend of backends) console.log(`${backend.title}: ${isThere(backend) ? backend.file : 'not built'}`);
  process.exitCode = backends.every((backend) => backend.isOptional || isThere(backend)) ? 0 : 1;
} else {
  // One after the other: each build takes every core.
  for (const backend of backends) {
    if (!interruption.signal.aborted && !(await bring(backend)) && !backend.isOptional) process.exitCode = 1;
  }
  if (interruption.signal.aborted) process.exitCode = 1;
}

/** Makes it in a folder of its own, which becomes the backend's only once it is complete. */
async function bring(backend) {
  if (isThere(backend)) {
    console.log(`${backend.title}: ${backend.file}`);
    return true;
  }
  const startedAt = performance.now();
  console.log(`${backend.title}: being built, which takes minutes...`);
  mkdirSync(cacheFolder, { recursive: true });
  const folder = mkdtempSync(join(cacheFolder, `.${backend.name}-`));
  try {
    await recipes[backend.name](folder);
    // What an interrupted removal has left.
    rmSync(backend.folder, { recursive: true, force: true });
    renameSync(folder, backend.folder);
    console.log(`${backend.title}: ${backend.file} (${Math.round((performance.now() - startedAt) / 1_000)} s)`);
    return true;
  } catch (error) {
    console.error(`${backend.title}: failed: ${error.message}`);
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The builder writes the program; the modules are those of the checked-in go.mod and go.sum, not the newest that would do. */
async function buildCollector(folder) {
  const { version } = versions.collector;
  const source = join(folder, 'source');
  mkdirSync(source);
  for (const file of ['manifest.yaml', 'go.mod', 'go.sum']) copyFileSync(new URL(`collector/${file}`, import.meta.url), join(source, file));
  const builder = `go.opentelemetry.io/collector/cmd/builder@v${version}`;
  await run('go', ['run', builder, '--config=manifest.yaml', '--skip-get-modules', '--skip-compilation'], { cwd: source });
  await run('go', [...goBuild, '-ldflags=-s -w', '-o', join(folder, 'collector'), '.'], { cwd: source });
  await expectOutput(join(folder, 'collector'), ['--version'], version);
  rmSync(source, { recursive: true });
}

async function buildJaeger(folder) {
  const { version, module, sum } = versions.jaeger;
  const path = 'github.com/jaegertracing/jaeger';
  const source = await fetchModule(path, module, sum, folder);
  const flags = `-s -w -X ${path}/internal/version.latestVersion=v${version}`;
  await run('go', [...goBuild, `-ldflags=${flags}`, '-o', join(folder, 'jaeger'), './cmd/jaeger'], { cwd: source });
  await expectOutput(join(folder, 'jaeger'), ['version'], version);
}

async function buildPromtool(folder) {
  const { version, module, sum } = versions.promtool;
  const source = await fetchModule('github.com/prometheus/prometheus', module, sum, folder);
  const flags = `-s -w -X github.com/prometheus/common/version.Version=${version}`;
  // It looks at texts alone: without the clients of every cloud it is built in two minutes.
  await run('go', [...goBuild, '-tags=remove_all_sd', `-ldflags=${flags}`, '-o', join(folder, 'promtool'), './cmd/promtool'], { cwd: source });
  await expectOutput(join(folder, 'promtool'), ['--version'], version);
}

/** The folder of a module, to be built in: so with the dependencies of its release. `go install` refuses a module that replaces some. */
async function fetchModule(path, version, sum, folder) {
  const { Dir, Sum } = JSON.parse(await run('go', ['mod', 'download', '-json', `${path}@${version}`], { cwd: folder }));
  if (Sum !== sum) throw new Error(`${path}@${version} is not what it was: ${Sum}, not ${sum}`);
  return Dir;
}

async function fetchZipkin(folder) {
  const { version, sha256 } = versions.zipkin;
  const artifact = `io.zipkin:zipkin-server:${version}:jar:exec`;
  await run('java', ['-version'], { cwd: folder });
  await run('mvn', ['--batch-mode', mavenCopy, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`], { cwd: folder });
  const fetched = join(folder, `zipkin-server-${version}-exec.jar`);
  const hash = createHash('sha256');
  await pipeline(createReadStream(fetched), hash);
  const found = hash.digest('hex');
  if (found !== sha256) throw new Error(`${artifact} is not what it was: SHA-256 ${found}, not ${sha256}`);
  renameSync(fetched, join(folder, 'zipkin.jar'));
}

async function expectOutput(command, args, expected) {
  const output = await run(command, args, {});
  if (!output.includes(expected)) throw new Error(`it says ${JSON.stringify(output.trim())} of itself, not ${expected}`);
}

/** Runs a command up to its end; what it wrote is the answer, or the reason of the failure. */
function run(command, args, { cwd }) {
  return new Promise((resolve, reject) => {
    const stdio = ['ignore', 'pipe', 'pipe'];
    const { signal } = interruption;
    const child = spawn(command, args, { cwd, env: { ...process.env, ...go }, stdio, signal, killSignal: 'SIGINT' });
    let [stdout, all] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      all += chunk;
    });
    child.stderr.on('data', (chunk) => (all += chunk));
    child.on('error', (error) => {
      if (error.name === 'AbortError') reject(new Error('interrupted'));
      else reject(error.code === 'ENOENT' ? new Error(`there is no ${command} on this machine`, { cause: error }) : error);
    });
    child.on('close', (code) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${[command, ...args].join(' ')} ended with ${code}:\n${tail(all)}`));
    });
  });
}

/** The lines about downloads are many, and say nothing of the failure. */
function tail(output) {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('go: downloading'));
  return lines.slice(-30).join('\n');
}
