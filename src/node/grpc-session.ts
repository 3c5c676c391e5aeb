import { connect, constants } from 'node:http2';
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { HttpResponse } from '../core/transport.ts';
import type { Exchange } from './exchange.ts';
import { notHttp2 } from './grpc-dial.ts';
import type { Dialling } from './grpc-dial.ts';
import { readGrpcResponse } from './read-grpc-response.ts';
import type { Letter } from './posting.ts';

/** A connection for many calls at once. It does not keep the process alive: who waits for an answer does. */
export interface GrpcSession {
  /** Whether calls can begin on it, as far as is known. */
  readonly usable: boolean;
  begin(letter: Letter): Exchange;
  /** No call begins on it any more. It is closed when none is under way. */
  retire(): void;
}

/** By number. https://www.rfc-editor.org/rfc/rfc9113#name-error-codes */
const reasons = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const;

export function openSession(origin: string, dialling: Dialling): GrpcSession {
  let session: ClientHttp2Session | undefined;
  let usable = true;
  let calls = 0;
  /** A call was answered: then the receiver may close the connection at any time, for want of calls. */
  let served = false;
  let spoken = false;
  /** What the receiver said when it ended the connection, and up to which stream it goes on. */
  let farewell: { readonly code: number; readonly last: number } | undefined;

  const ready = dialling.socket.then(setUp);
  // Each call says so.
  ready.catch(retire);

  function setUp(socket: Duplex): ClientHttp2Session {
    session = connect(origin, { createConnection: () => socket, settings: { enablePush: false } });
    session.once('remoteSettings', () => (spoken = true));
    session.on('goaway', (code: number, last: number) => {
      farewell = { code, last };
      retire();
    });
    session.on('error', retire);
    session.once('close', retire);
    return session;
  }

  function retire(): void {
    usable = false;
    if (calls > 0) return;
    dialling.giveUp();
    session?.destroy();
  }

  /** Why there is no answer. The host's errors of HTTP/2 say it in a roundabout way. */
  function failureOf(stream: ClientHttp2Stream, error: NodeJS.ErrnoException | undefined): Error {
    const reason = reasons[stream.rstCode];
    if (reason === 'HTTP_1_1_REQUIRED' || (error?.code === 'ERR_HTTP2_ERROR' && !spoken)) return new Error(notHttp2);
    if (error?.code !== undefined && !error.code.startsWith('ERR_HTTP2_')) return error;
    const { code: parting = 0 } = farewell ?? {};
    if (parting !== 0) return new Error(`the receiver closed the connection (${reasons[parting] ?? parting})`);
    if (session?.destroyed === true || reason === 'NO_ERROR') return new Error('connection closed without an answer');
    return new Error(`the receiver broke the call off (${reason ?? stream.rstCode})`);
  }

  /** Whether the receiver has certainly not looked at a call that failed, or has closed the connection just as it was used again. */
  function isUnseen({ id = 0, rstCode }: ClientHttp2Stream): boolean {
    if (rstCode === constants.NGHTTP2_REFUSED_STREAM) return true;
    return farewell === undefined ? served && session?.destroyed === true : id > farewell.last;
  }

  return {
    get usable() {
      return usable;
    },
    begin({ headers, body }) {
      let stream: ClientHttp2Stream | undefined;
      let answered = false;
      let stale = false;
      let aborted = false;
      let abort = (_: Error): void => undefined;
      calls++;
      const answer = new Promise<HttpResponse>((resolve, reject) => {
        function call(connected: ClientHttp2Session): void {
          if (aborted) return;
          stale = connected.closed || connected.destroyed;
          const opened = connected.request(headers);
          let failure: Error | undefined;
          stream = opened;
          opened.on('error', (error) => (failure = error));
          opened.once('response', (given) => {
            answered = true;
            readGrpcResponse(opened, given, resolve, reject);
          });
          // After `error`, and after whatever was read.
          opened.once('close', () => {
            stale = !answered && isUnseen(opened);
            reject(failureOf(opened, failure));
          });
          opened.end(body);
        }

        ready.then(call).catch(reject);
        abort = (error) => {
          aborted = true;
          // At once: a connection that does not answer one call may not answer another.
          usable = false;
          stream?.close(constants.NGHTTP2_CANCEL);
          reject(error);
        };
      });
      const over = (): void => {
        calls--;
        served ||= answered;
        if (!usable) retire();
      };
      answer.then(over, over);
      return {
        answer,
        get handedOver() {
          return answered || stream?.writableFinished === true;
        },
        get stale() {
          return stale;
        },
        abort,
      };
    },
    retire,
  };
}
