import type { Signal } from '../signal.ts';
import type { StreamEvent } from './event-stream.ts';
import type { LiveFrame } from './live-frame.ts';
import { aBoolean, aNumber, aText, isRecord, listOf, maybe, recordOf, shapeOf } from './shape.ts';
import type { Shape } from './shape.ts';
import { aSignal, serializedError, signalShapes } from './signal-shapes.ts';

const exemplar = shapeOf({ traceId: aText, value: aNumber, timestamp: aNumber });
const statistics = shapeOf({
  name: aText,
  count: aNumber,
  errors: aNumber,
  total: aNumber,
  mean: aNumber,
  min: aNumber,
  max: aNumber,
  stddev: aNumber,
  p50: aNumber,
  p75: aNumber,
  p90: aNumber,
  p95: aNumber,
  p99: aNumber,
  p999: aNumber,
  window: aNumber,
  resolution: maybe(aNumber),
  exemplars: recordOf(exemplar),
});
const counts = recordOf(aNumber);
const sinkLedger = shapeOf({ accepted: aNumber, delivered: aNumber, handedOff: aNumber, spooled: aNumber, pending: aNumber, dropped: counts });
const troubles: Readonly<Record<string, Shape>> = {
  dropped: shapeOf({ sink: aText, reason: aText, count: aNumber }),
  'sink-failed': shapeOf({ sink: aText, error: serializedError, retryIn: maybe(aNumber) }),
  'sink-recovered': shapeOf({ sink: aText }),
  'subscriber-failed': shapeOf({ name: aText, error: serializedError }),
  'operator-failed': shapeOf({ name: aText, error: serializedError }),
  'source-failed': shapeOf({ name: aText, error: serializedError }),
  'input-ignored': shapeOf({ name: aText, message: aText, count: aNumber }),
};
const trouble: Shape = (value) => {
  if (!isRecord(value) || !aNumber(value['timestamp'])) return false;
  const type = String(value['type']);
  return Object.hasOwn(troubles, type) && troubles[type]!(value);
};

interface FrameShape {
  readonly shape: Shape;
  /** The property that is a list. */
  readonly list?: string;
  /** What is in the list: what is wrong there is left out, and the rest is read. */
  readonly item?: Shape;
}

const frames: Readonly<Record<LiveFrame['type'], FrameShape>> = {
  hello: { shape: shapeOf({ version: aNumber, service: aText, environment: aText, window: aNumber, every: aNumber }) },
  statistics: { shape: shapeOf({ time: aNumber, window: aNumber, leftOut: aNumber }), list: 'series', item: statistics },
  signals: { shape: shapeOf({ leftOut: aNumber }), list: 'signals', item: aSignal },
  health: { shape: isRecord, list: 'health', item: trouble },
  ledger: {
    shape: shapeOf({
      time: aNumber,
      ledger: shapeOf({ emitted: aNumber, added: aNumber, routed: aNumber, held: aNumber, filtered: counts, sinks: recordOf(sinkLedger) }),
    }),
  },
  metrics: { shape: isRecord, list: 'metrics', item: signalOf('metric') },
  errors: { shape: isRecord, list: 'errors', item: signalOf('error') },
  traces: {
    shape: isRecord,
    list: 'traces',
    item: shapeOf({
      traceId: aText,
      name: aText,
      timestamp: aNumber,
      duration: aNumber,
      failed: aBoolean,
      spans: listOf(signalOf('span')),
      leftOut: aNumber,
    }),
  },
  skipped: { shape: shapeOf({ frames: aNumber }) },
};

/** The frame an event is. `undefined` for one that is none, or of a newer server; what is wrong with one is told. Never throws. */
export function readLiveFrame({ type, data }: StreamEvent, ignored: (what: string) => void): LiveFrame | undefined {
  if (!Object.hasOwn(frames, type)) return undefined;
  try {
    const frame: unknown = JSON.parse(data);
    const { shape, list, item } = frames[type as LiveFrame['type']];
    if (isRecord(frame) && shape(frame) && (list === undefined || Array.isArray(frame[list]))) {
      if (list !== undefined && item !== undefined) {
        const items = frame[list] as readonly unknown[];
        const good = items.filter(item);
        if (good.length < items.length) ignored(`items of a frame of type ${type} that cannot be read`);
        frame[list] = good;
      }
      frame['type'] = type;
      return frame as unknown as LiveFrame;
    }
  } catch {
    // No JSON, or nested deeper than anything of ours.
  }
  ignored(`a frame of type ${type} that cannot be read`);
  return undefined;
}

function signalOf(kind: Signal['kind']): Shape {
  return (value) => isRecord(value) && value['kind'] === kind && signalShapes[kind](value);
}
