import { once } from 'node:events';
import * as http2 from 'node:http2';
import type { Http2Session, IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { decodeLogs, decodeMetrics, decodeTraces } from './decode-otlp.ts';
import type { DecodedLog, DecodedMetric, DecodedSpan } from './decode-otlp.ts';

/** A call whose message came whole, whatever it was answered. */
export interface GrpcCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Unpacked. */
  readonly body: Buffer;
  /** Whether it came compressed. */
  readonly compressed: boolean;
  /** Number of the connection it came by, from 1. */
  readonly connection: number;
  /** When it came, by the clock of the receiver. */
  readonly at: number;
}

export interface GrpcExchange {
  readonly call: GrpcCall;
  readonly stream: ServerHttp2Stream;
  readonly session: Http2Session;
  readonly socket: Socket;
}

/** How the receiver treats a call. */
export interface GrpcFault {
  run(exchange: Omit<GrpcExchange, 'call'>): void;
}

/** What becomes of one export. */
export interface GrpcVerdict {
  readonly fault: GrpcFault;
  /** How many of its records are not kept: none, all, or that many. */
  readonly refused: 'none' | 'all' | number;
}

export interface GrpcTreatment {
  (call: GrpcCall): GrpcVerdict;
  /** For a call whose message shall not be read. */
  readonly early?: GrpcFault;
}

/** A receiver of OTLP over gRPC that treats exports as it is told, and decodes what it kept. */
export interface GrpcReceiver {
  readonly url: string;
  readonly port: number;
  /** All that came whole, in order. */
  readonly exports: readonly GrpcCall[];
  readonly connections: { readonly made: number; readonly open: number };
  spans(): DecodedSpan[];
  logs(): DecodedLog[];
  metrics(): DecodedMetric[];
  /** From now on: each treatment once, in order, then the last one always. */
  treat(...treatments: readonly GrpcTreatment[]): void;
  receives(count: number): Promise<void>;
  hasOpen(count: number): Promise<void>;
  /** Takes no more calls on the connections there are, and closes each when none is under way. */
  sayGoodbye(): void;
  /** Refuses connections until `open`. */
  shut(): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

const type = 'application/grpc+proto';

/** An answer as gRPC has it: a message, then a status. */
export function replies(message: Uint8Array = Buffer.alloc(0), { gzip = false } = {}): GrpcFault {
  return {
    run({ stream }) {
      stream.respond({ ':status': 200, 'content-type': type, ...(gzip && { 'grpc-encoding': 'gzip' }) }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(frame(gzip ? gzipSync(message) : message, gzip));
    },
  };
}

/** A status without a message; with `later`, behind headers of its own. */
export function fails(code: number, { message = '', headers = {}, later = false }: { message?: string; headers?: OutgoingHttpHeaders; later?: boolean } = {}): GrpcFault {
  const status = { 'grpc-status': String(code), ...(message !== '' && { 'grpc-message': message }), ...headers };
  return {
    run({ stream }) {
      if (!later) return stream.respond({ ':status': 200, 'content-type': type, ...status }, { endStream: true });
      stream.respond({ ':status': 200, 'content-type': type }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers(status));
      stream.end();
    },
  };
}

/** `grpc-status-details-bin` with a delay, behind a detail of another kind. */
export function retryInfo(seconds: number, nanoseconds = 0): OutgoingHttpHeaders {
  const field = (number: number, bytes: Uint8Array): Buffer => Buffer.concat([Buffer.from([number * 8 + 2, ...varint(bytes.length)]), bytes]);
  const any = (name: string, value: Uint8Array): Buffer => Buffer.concat([field(1, Buffer.from(`type.googleapis.com/google.rpc.${name}`)), field(2, value)]);
  const delay = Buffer.from([8, ...varint(seconds), ...(nanoseconds > 0 ? [16, ...varint(nanoseconds)] : [])]);
  const status = Buffer.concat([Buffer.from([8, 14]), field(2, Buffer.from('wait')), field(3, any('Help', Buffer.from([10, 0]))), field(3, any('RetryInfo', field(1, delay)))]);
  // gRPC leaves out what fills it up.
  return { 'grpc-status-details-bin': status.toString('base64').replace(/=+$/, '') };
}

/** An answer of something that is no gRPC server. */
export function answersHttp(status: number, contentType: string, body = ''): GrpcFault {
  return { run: ({ stream }) => (stream.respond({ ':status': status, 'content-type': contentType }), void stream.end(body)) };
}

/** Answers after this many milliseconds. */
export function repliesAfter(milliseconds: number, message?: Uint8Array): GrpcFault {
  return { run: (exchange) => void setTimeout(() => !exchange.stream.destroyed && replies(message).run(exchange), milliseconds).unref() };
}

export function hangs(): GrpcFault {
  return { run: () => undefined };
}

/** Ends the call without a status. */
export function endsWithoutStatus(): GrpcFault {
  return { run: ({ stream }) => (stream.respond({ ':status': 200, 'content-type': type }), void stream.end(frame(Buffer.alloc(0)))) };
}

export function breaksOff(code: number): GrpcFault {
  return { run: ({ stream }) => stream.close(code) };
}

/** Resets the connection. */
export function resetsConnection(): GrpcFault {
  return { run: ({ socket }) => void socket.resetAndDestroy() };
}

/** Closes the connection with a code, as one that has looked at no call after this. The first one of a connection is 1, the next 3. */
export function saysGoodbye(code: number, lastStream: number): GrpcFault {
  return { run: ({ session }) => (session.goaway(code, lastStream), void setImmediate(() => session.destroy())) };
}

/** A message without an end: as fast as it is read, or a byte every so many milliseconds. */
export function repliesWithoutEnd(every?: number): GrpcFault {
  return {
    run({ stream }) {
      stream.respond({ ':status': 200, 'content-type': type });
      const piece = Buffer.alloc(every === undefined ? 16 * 1_024 : 1);
      const more = (): void => {
        if (stream.destroyed) return;
        if (every !== undefined) stream.write(piece, () => setTimeout(more, every).unref());
        else if (stream.write(piece)) setImmediate(more);
        else stream.once('drain', more);
      };
      more();
    },
  };
}

/** Keeps the export. */
export function keeps(fault: GrpcFault = replies()): GrpcTreatment {
  return () => ({ fault, refused: 'none' });
}

export function rejects(fault: GrpcFault): GrpcTreatment {
  return () => ({ fault, refused: 'all' });
}

/** Such a call is not recorded. */
export function rejectsUnread(fault: GrpcFault): GrpcTreatment {
  return Object.assign(rejects(fault), { early: fault });
}

/** As gRPC servers of Go do, above this share of the first export. */
export function rejectsAboveShare(share: number): GrpcTreatment {
  let most: number | undefined;
  return (call) => {
    most ??= call.body.length * share;
    if (call.body.length <= most) return keeps()(call);
    return rejects(fails(8, { message: `grpc: received message larger than max (${call.body.length} vs. ${most})` }))(call);
  };
}

/** OTLP's partial success. */
export function keepsAllBut(count: number, message: string): GrpcTreatment {
  const part = Buffer.from([8, count, 18, message.length, ...Buffer.from(message)]);
  return () => ({ fault: replies(Buffer.from([10, part.length, ...part])), refused: count });
}

/** `elapsed`: its clock, in milliseconds. With `tls`, by https. */
export async function startGrpcReceiver(elapsed: () => number = () => performance.now(), tls?: http2.SecureServerOptions): Promise<GrpcReceiver> {
  const calls: GrpcCall[] = [];
  const kept: { readonly call: GrpcCall; readonly refused: GrpcVerdict['refused'] }[] = [];
  const numbers = new Map<Http2Session, number>();
  const waiting = new Set<() => void>();
  let treatments: readonly GrpcTreatment[] = [keeps()];
  let made = 0;
  let port = 0;

  function changed(): void {
    for (const check of [...waiting]) check();
  }

  function until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!condition()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  }

  function nextTreatment(): GrpcTreatment {
    const [treatment = keeps(), ...rest] = treatments;
    if (rest.length > 0) treatments = rest;
    return treatment;
  }

  function serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const { session } = stream;
    if (session === undefined) return;
    const { socket } = session;
    stream.on('error', () => undefined);
    if (treatments[0]?.early !== undefined) return nextTreatment().early?.run({ stream, session, socket });
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const whole = Buffer.concat(chunks);
      const compressed = whole[0] === 1;
      const message = whole.subarray(5, 5 + whole.readUInt32BE(1));
      if (whole.length !== 5 + message.length || compressed !== (headers['grpc-encoding'] === 'gzip')) throw new Error('a frame that is wrong');
      const body = compressed ? gunzipSync(message) : message;
      const call = { path: headers[':path'] ?? '', headers, body, compressed, connection: numbers.get(session) ?? 0, at: elapsed() };
      calls.push(call);
      const { fault, refused } = nextTreatment()(call);
      if (refused !== 'all') kept.push({ call, refused });
      fault.run({ stream, session, socket });
      changed();
    });
  }

  const server = tls === undefined ? http2.createServer() : http2.createSecureServer(tls);
  server.on('stream', serve);
  server.on('sessionError', () => undefined);
  server.on('session', (session) => {
    numbers.set(session, ++made);
    session.on('error', () => undefined);
    session.on('close', () => {
      numbers.delete(session);
      changed();
    });
    changed();
  });

  function records<T>(service: string, decode: (body: Uint8Array, type: string) => T[]): T[] {
    return kept.flatMap(({ call, refused }) => {
      if (!call.path.includes(`.${service}/`)) return [];
      const all = decode(call.body, 'application/x-protobuf');
      return typeof refused === 'number' ? all.slice(refused) : all;
    });
  }

  async function open(): Promise<void> {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  }

  async function shut(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const session of numbers.keys()) session.destroy();
    await closed;
  }

  await open();
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    exports: calls,
    connections: {
      get made() {
        return made;
      },
      get open() {
        return numbers.size;
      },
    },
    spans: () => records('TraceService', decodeTraces),
    logs: () => records('LogsService', decodeLogs),
    metrics: () => records('MetricsService', decodeMetrics),
    treat(...given) {
      treatments = given;
    },
    receives: (count) => until(() => calls.length >= count),
    hasOpen: (count) => until(() => numbers.size === count),
    sayGoodbye() {
      for (const session of numbers.keys()) session.close();
    },
    shut,
    open,
    close: shut,
  };
}

function frame(message: Uint8Array, compressed = false): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(compressed ? 1 : 0);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
