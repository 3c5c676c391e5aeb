import { once } from 'node:events';
import { request as ask } from 'node:http';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { LiveFrame } from '../../../src/core/live/live-frame.ts';

/** One Server-Sent Event, its data read. */
export interface SeenFrame {
  readonly id: string;
  readonly frame: LiveFrame;
}

export type FrameOf<T extends LiveFrame['type']> = Extract<LiveFrame, { readonly type: T }>;

/** An answer, whole. */
export interface SeenAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A stream as a client sees it. */
export interface SeenStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly frames: readonly SeenFrame[];
  /** Bytes of the body so far. */
  readonly bytes: number;
  /** Of the body, as it came. */
  readonly text: string;
  /** Whether the server has ended it, or its connection is gone. */
  readonly isOver: boolean;
  readonly lastId: string | undefined;
  of<T extends LiveFrame['type']>(type: T): readonly FrameOf<T>[];
  close(): void;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  /** As it shall stand in the request, where that is no path of a URL. */
  readonly path?: string;
}

function begin(url: string, { method = 'GET', headers = {}, path }: AskOptions): ClientRequest {
  return ask(url, { method, headers, agent: false, ...(path !== undefined && { path }) });
}

/** Asks for the page, or for anything that ends. */
export async function askOnce(url: string, options: AskOptions = {}): Promise<SeenAnswer> {
  const client = begin(url, options).end();
  const [response] = (await once(client, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk as string;
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

/** Opens a stream; the frames come as they come. */
export async function openStream(url: string, options: AskOptions = {}): Promise<SeenStream> {
  const client = begin(url, { ...options, headers: { accept: 'text/event-stream', ...options.headers } }).end();
  const [response] = (await once(client, 'response')) as [IncomingMessage];
  const frames: SeenFrame[] = [];
  let [text, rest, bytes, isOver] = ['', '', 0, false];
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    text += chunk.toString();
    const parts = (rest + chunk.toString()).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const frame = readFrame(part);
      if (frame !== undefined) frames.push(frame);
    }
  });
  response.on('error', () => undefined);
  response.on('close', () => (isOver = true));
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    frames,
    get bytes() {
      return bytes;
    },
    get text() {
      return text;
    },
    get isOver() {
      return isOver;
    },
    get lastId() {
      return frames.at(-1)?.id;
    },
    of: <T extends LiveFrame['type']>(type: T) => frames.map(({ frame }) => frame).filter((frame): frame is FrameOf<T> => frame.type === type),
    close: () => void client.destroy(),
  };
}

/** `undefined` for a comment. */
export function readFrame(part: string): SeenFrame | undefined {
  const fields = new Map(part.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
  const data = fields.get('data');
  if (data === undefined) return undefined;
  return { id: fields.get('id') ?? '', frame: { type: fields.get('event'), ...JSON.parse(data) } as LiveFrame };
}
