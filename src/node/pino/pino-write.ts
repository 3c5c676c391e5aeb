/**
 * What pino says of the line it is about to write, to a stream that asks for it with `Symbol.for('pino.metadata')`:
 * https://github.com/pinojs/pino/blob/main/docs/api.md#pino-metadata. All of it is missing where something else than pino writes.
 */
export interface PinoWrite {
  /** The number of the level, whatever `formatters.level` made of it. */
  readonly lastLevel: unknown;
  /** The time as it is in the line, whatever it is called there. */
  readonly lastTime: unknown;
  /** What was logged, before serializers and redaction. */
  readonly lastObj: unknown;
  readonly lastLogger: unknown;
}
