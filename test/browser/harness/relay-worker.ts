// First in the page's bundle: lets the worker run its suites, then declares each of its tests in the page with the same outcome, so
// that Karma reports and counts them.
import type { WorkerMessage } from './worker-message.ts';

interface Karma {
  loaded(): void;
  readonly files: Readonly<Record<string, string>>;
}
type Register = ((title: string, body: () => void) => void) & { readonly skip: (title: string) => void };
declare const __karma__: Karma;
declare const describe: (title: string, body: () => void) => void;
declare const it: Register;

const silence = 30_000;
const startPage = __karma__.loaded.bind(__karma__);
__karma__.loaded = () => void relay().then(startPage);

async function relay(): Promise<void> {
  const results: Extract<WorkerMessage, { type: 'result' }>[] = [];
  const crash = await new Promise<string | undefined>((resolve) => {
    const url = Object.keys(__karma__.files).find((file) => file.endsWith('/worker.js'));
    const worker = new Worker(String(url));
    let watchdog: ReturnType<typeof setTimeout>;
    const waitOn = (): void => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => end(`The worker said nothing for ${silence} ms`), silence);
    };
    const end = (trouble?: string): void => {
      clearTimeout(watchdog);
      worker.terminate();
      resolve(trouble);
    };
    waitOn();
    worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
      waitOn();
      if (data.type === 'end') end();
      else results.push(data);
    };
    worker.onerror = ({ message, filename, lineno, colno }) => end(`${message} (${filename}:${lineno}:${colno})`);
  });

  describe('dedicated worker', () => {
    for (const { path, outcome, error } of results) {
      const title = path.join(' > ');
      if (outcome === 'skipped') it.skip(title);
      else
        it(title, () => {
          if (error !== undefined) throw Object.assign(new Error(error.message), { stack: error.stack });
        });
    }
    if (crash !== undefined || results.length === 0) {
      it('runs its suites to the end', () => {
        throw new Error(crash ?? 'The worker ran no test');
      });
    }
  });
}
