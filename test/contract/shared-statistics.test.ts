import { filter, firstValueFrom, map } from 'rxjs';
import { afterEach, describe, expect, it } from '#test';
import { createObservability, shareStatistics } from '#sdk';
import type { ObservabilityManager, SharedStatistics, Statistics } from '#sdk';

const managers: ObservabilityManager[] = [];

afterEach(async () => {
  await Promise.all(managers.splice(0).map((obs) => obs.shutdown()));
});

/** A program that shares under this name. */
function share(name: string): { readonly obs: ObservabilityManager; readonly shared: SharedStatistics } {
  const obs = createObservability({ serviceName: 'shop', sources: false, sinks: [] });
  managers.push(obs);
  return { obs, shared: shareStatistics(obs, { name, every: 20 }) };
}

/** A name that no other test has, in whatever thread or tab it runs. */
const anyName = (): string => `test ${Math.random()}`;

/** Requests that took so long each, in milliseconds. */
function respond(obs: ObservabilityManager, durations: readonly number[]): void {
  for (const duration of durations) obs.traceResponse(obs.traceRequest('GET', '/'), { status: 200, duration });
}

/** The numbers, as soon as there are so many values. */
function whenCounted(shared: SharedStatistics, count: number): Promise<Statistics | undefined> {
  return firstValueFrom(
    shared.watchStatistics({ every: 20 }).pipe(
      map((statistics) => statistics.get('GET')),
      filter((statistics) => (statistics?.count ?? 0) >= count),
    ),
  );
}

describe('shared statistics', () => {
  it('are those of all who share, seen by each of them', async () => {
    const name = anyName();
    const [one, two] = [share(name), share(name)];
    respond(one.obs, Array.from({ length: 98 }, () => 1));
    respond(two.obs, [500, 500]);
    for (const { shared } of [one, two]) {
      const statistics = await whenCounted(shared, 100);
      expect(statistics).toMatchObject({ count: 100, min: 1, max: 500, p50: 1 });
      // Of the average of both, 250.5, nothing.
      expect(Math.abs((statistics?.p99 ?? 0) / 500 - 1)).toBeLessThan(0.011);
    }
    expect(await firstValueFrom(one.shared.participants$.pipe(filter((count) => count === 2)))).toBe(2);
    expect([one.shared.ignored, two.shared.ignored]).toEqual([0, 0]);
  });

  it('are whole for who comes late', async () => {
    const name = anyName();
    const one = share(name);
    respond(one.obs, [1, 2, 3]);
    await whenCounted(one.shared, 3);
    expect(await whenCounted(share(name).shared, 3)).toMatchObject({ count: 3, min: 1, max: 3 });
  });

  it('end with the manager', async () => {
    const { obs, shared } = share(anyName());
    let completed = false;
    shared.watchStatistics().subscribe({ complete: () => (completed = true) });
    await obs.shutdown();
    expect(completed).toBe(true);
  });
});
