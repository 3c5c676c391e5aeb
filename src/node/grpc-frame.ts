import { gunzipSync } from 'node:zlib';
import { answerLimits } from '../core/transport.ts';

/** Before each message: whether it is compressed, and its length. */
const PREFIX_BYTES = 5;

export function framed(message: Uint8Array, compressed: boolean): Uint8Array {
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  frame.writeUInt8(compressed ? 1 : 0);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, PREFIX_BYTES);
  return frame;
}

/** The first message; what is not whole, or cannot be unpacked, is none. */
export function unframed(bytes: Buffer): Uint8Array {
  const none = new Uint8Array();
  if (bytes.length < PREFIX_BYTES) return none;
  const message = bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + bytes.readUInt32BE(1));
  if (bytes[0] === 0) return message;
  try {
    return gunzipSync(message, { maxOutputLength: answerLimits.bytes });
  } catch {
    return none;
  }
}
