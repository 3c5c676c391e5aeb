import type { Attributes } from '../../signal.ts';
import { ipAddress } from './ip-address.ts';
import type { IpAddress } from './ip-address.ts';

/** A side of a connection. */
export interface ZipkinEndpoint extends IpAddress {
  readonly serviceName?: string;
  readonly port?: number;
}

/**
 * What may name the other side, the best first, and whether it is an address by its meaning. `service.peer.name` and `db.namespace` are
 * what the conventions now call `peer.service` and `db.name`.
 * https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/zipkin/#otlp---zipkin
 */
const remoteNames: readonly (readonly [key: string, isAddress: boolean])[] = [
  ['service.peer.name', false],
  ['peer.service', false],
  ['server.address', false],
  ['net.peer.name', false],
  ['network.peer.address', true],
  ['server.socket.domain', false],
  ['server.socket.address', true],
  ['net.sock.peer.name', false],
  ['net.sock.peer.addr', true],
  ['peer.hostname', false],
  ['peer.address', true],
  ['db.namespace', false],
  ['db.name', false],
];

type Socket = readonly [address: string, port: string];

const remoteSockets: readonly Socket[] = [
  ['network.peer.address', 'network.peer.port'],
  ['server.socket.address', 'server.socket.port'],
  ['net.sock.peer.addr', 'net.sock.peer.port'],
  ['peer.address', 'peer.port'],
  ['server.address', 'server.port'],
  ['net.peer.name', 'net.peer.port'],
];
const localSockets: readonly Socket[] = [
  ['network.local.address', 'network.local.port'],
  ['net.sock.host.addr', 'net.sock.host.port'],
];

/** The process that made a span, and where it was reached when its attributes say so. */
export function localEndpoint(process: ZipkinEndpoint, attributes: Attributes): ZipkinEndpoint {
  const socket = socketIn(attributes, localSockets);
  return socket === undefined ? process : { ...process, ...socket };
}

/** The other side of a call; `undefined` when nothing tells of it. Without a name Zipkin draws no line between services. */
export function remoteEndpoint(attributes: Attributes): ZipkinEndpoint | undefined {
  const socket = socketIn(attributes, remoteSockets);
  for (const [key, isAddress] of remoteNames) {
    const value = attributes[key];
    if (typeof value !== 'string' || value === '') continue;
    return isAddress && ipAddress(value) !== undefined ? socket : { serviceName: value, ...socket };
  }
  return undefined;
}

/** The first address there is, and the first port: a name has no address, but its port is that of the connection. */
function socketIn(attributes: Attributes, sockets: readonly Socket[]): ZipkinEndpoint | undefined {
  let ip: IpAddress | undefined;
  let port: number | undefined;
  for (const [addressKey, portKey] of sockets) {
    const address = attributes[addressKey];
    if (ip === undefined && typeof address === 'string') ip = ipAddress(address);
    port ??= portOf(attributes[portKey]);
  }
  return port === undefined ? ip : { ...ip, port };
}

function portOf(value: unknown): number | undefined {
  const port = typeof value === 'string' ? Number(value) : value;
  return typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}
