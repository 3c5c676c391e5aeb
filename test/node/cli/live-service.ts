import { createServer, get } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HelloFrame, LiveFrame, StatisticsFrame } from '../../../src/core/live/live-frame.ts';
import { createObservability } from '../../../src/node/index.ts';
import { liveHandler } from '../../../src/node/live/live-handler.ts';
import type { ObservabilityManager } from '../../../src/core/index.ts';

/** A service that can be watched. */
export interface LiveService {
  readonly obs: ObservabilityManager;
  readonly url: string;
  readonly port: number;
  /** What was asked of it. */
  readonly requests: readonly { readonly url: string; readonly headers: IncomingHttpHeaders }[];
  /** The statistics it sends from now on, until one fits. */
  statistics(fits: (frame: StatisticsFrame) => boolean): Promise<StatisticsFrame>;
  /** How it names itself. */
  hello(): Promise<HelloFrame>;
  close(): Promise<void>;
}

export interface LiveServiceOptions {
  readonly token?: string | undefined;
  readonly port?: number | undefined;
}

export async function startLiveService({ token, port = 0 }: LiveServiceOptions = {}): Promise<LiveService> {
  const obs = createObservability({ serviceName: 'checkout', environment: 'test', sinks: [], sources: [] });
  const handler = liveHandler(obs, token === undefined ? {} : { token });
  const requests: { url: string; headers: IncomingHttpHeaders }[] = [];
  const server = createServer((request, response) => {
    requests.push({ url: request.url ?? '', headers: request.headers });
    handler(request, response);
  });
  await listening(server, port);
  const actual = (server.address() as AddressInfo).port;
  const url = `http://127.0.0.1:${actual}/`;
  return {
    obs,
    url,
    port: actual,
    requests,
    statistics: (fits) => readFrame(url, token, 'statistics', fits),
    hello: () => readFrame(url, token, 'hello', () => true),
    async close() {
      await obs.shutdown();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

function readFrame<T extends LiveFrame['type'], F extends Extract<LiveFrame, { readonly type: T }>>(
  url: string,
  token: string | undefined,
  type: T,
  fits: (frame: F) => boolean,
): Promise<F> {
  return new Promise((resolve, reject) => {
    const headers = { accept: 'text/event-stream', ...(token !== undefined && { authorization: `Bearer ${token}` }) };
    const request = get(`${url}?parts=statistics&every=250`, { headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        const events = text.split('\n\n');
        text = events.pop() ?? '';
        for (const event of events.filter((candidate) => candidate.includes(`event: ${type}\n`))) {
          const frame = JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? '');
          if (!fits(frame)) continue;
          resolve(frame);
          request.destroy();
        }
      });
    });
    request.on('error', reject);
  });
}
