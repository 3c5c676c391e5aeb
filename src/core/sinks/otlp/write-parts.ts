import type { Answer, Channel } from '../../delivery/channel.ts';
import type { Signal } from '../../signal.ts';
import type { Sink, WriteContext } from '../../sink.ts';

/** How one endpoint takes its share of a batch. */
export interface Part extends Pick<Channel, 'accepts'> {
  /** The signals, ready to be sent, and sent again. */
  prepare(batch: readonly Signal[]): (context: WriteContext) => Answer;
}

/** What is left to do of a batch, and what became of the rest. */
interface Progress {
  open: readonly ((context: WriteContext) => Answer)[];
  rejected: number;
  handedOff: boolean;
}

/**
 * A write that sends each endpoint its share of a batch, all at once: a page that is left grants no second turn. It fails when a
 * share did; the same batch, written again, sends what has not arrived. A batch that is given up then, or halved because one share was
 * too large for its receiver, counts and is sent as a whole, with what has arrived: only channels are accounted for one by one.
 */
export function writeParts(parts: readonly Part[]): Sink['write'] {
  const progressOf = new WeakMap<readonly Signal[], Progress>();

  function begin(batch: readonly Signal[]): Progress {
    const shares = parts.map((part) => [part, batch.filter((signal) => part.accepts(signal))] as const);
    const open = shares.filter(([, share]) => share.length > 0).map(([part, share]) => part.prepare(share));
    return { open, rejected: 0, handedOff: false };
  }

  return async (batch, context) => {
    const progress = progressOf.get(batch) ?? begin(batch);
    progressOf.set(batch, progress);
    const answers = await Promise.allSettled(progress.open.map(async (send) => send(context)));
    progress.open = progress.open.filter((_, index) => answers[index]?.status === 'rejected');
    for (const answer of answers) {
      if (answer.status === 'rejected') continue;
      progress.rejected += answer.value?.rejected ?? 0;
      progress.handedOff ||= answer.value?.handedOff === true;
    }
    const failure = answers.find((answer) => answer.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
    return { rejected: progress.rejected, handedOff: progress.handedOff };
  };
}
