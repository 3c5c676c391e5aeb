import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import type { ObservabilityManager, SignalOf } from '#sdk';
import { recorded } from '../../helpers/recorded.ts';
import { until } from '../sources/observed.ts';
import { connectTo, request } from './client.ts';
import { modes } from './describe-framework.ts';
import type { Mode } from './describe-framework.ts';
import type { FrameworkServer } from './framework.ts';

/** What was told of one request, and what its client got. */
export interface Asked {
  readonly response: SignalOf<'response'>;
  readonly span: SignalOf<'span'>;
  readonly received: string;
}

/** Serves an application, asks it once, and gives back what was told of that. Throws when one request is told of twice, or not at all. */
export async function askApp(start: (obs: ObservabilityManager) => Promise<FrameworkServer>, line: string, mode: Mode): Promise<Asked> {
  const { obs, only, ofKind, health } = recorded({ environment: 'production', sources: modes[mode]() });
  const { server, close } = await start(obs);
  const client = await connectTo((server.address() as AddressInfo).port);
  client.send(request(line, { headers: ['connection: close'] }));
  try {
    await until(() => ofKind('response').length > 0);
    await client.gets('HTTP/1.1 ');
  } finally {
    const closed = once(server, 'close');
    await close();
    await closed;
  }
  only('request');
  only('metric');
  const [response, span] = [only('response'), only('span')];
  expect(health).toEqual([]);
  await obs.shutdown();
  return { response, span, received: client.received() };
}
