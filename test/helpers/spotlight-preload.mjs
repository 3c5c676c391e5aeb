// Loaded before Spotlight, which listens on every interface, and has an address of its own to send its telemetry to: here it
// listens on the loopback interface alone, tells its parent where, and reaches nothing beyond.
import { Server, Socket } from 'node:net';

const { listen } = Server.prototype;
Server.prototype.listen = function (port, _host, ...rest) {
  this.once('listening', () => process.send({ listening: this.address() }));
  return listen.call(this, { port, host: '127.0.0.1' }, ...rest.filter((given) => typeof given === 'function'));
};

const { connect } = Socket.prototype;
Socket.prototype.connect = function (...given) {
  // What `net.connect` hands on is its arguments, already in order, as one array.
  const [first, second] = Array.isArray(given[0]) ? given[0] : given;
  const host = typeof first === 'object' ? (first.host ?? first.path) : typeof second === 'string' ? second : undefined;
  if (host === undefined || /^(127\.|localhost$|::1$)/.test(host)) return connect.apply(this, given);
  process.send({ refused: host });
  process.nextTick(() => this.destroy(Object.assign(new Error(`connect ECONNREFUSED ${host}`), { code: 'ECONNREFUSED' })));
  return this;
};

// Without its parent nobody would stop it. The channel to it must not keep it from ending by itself.
process.once('disconnect', () => process.exit());
process.channel.unref();
