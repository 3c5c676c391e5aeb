import { describe, expect, it } from 'vitest';
import { incomingRequests } from '#sdk';
import type { ObservabilityOptions } from '#sdk';
import type { StartFramework } from './framework.ts';
import { runScenario } from './run-scenario.ts';
import { scenarios } from './scenarios.ts';
import type { Told } from './scenarios.ts';

export type Mode = 'with the source' | 'without a source';

/** What of Node's sources is on beside the adapter. */
export const modes: Readonly<Record<Mode, () => ObservabilityOptions['sources']>> = {
  'with the source': () => [incomingRequests()],
  'without a source': () => false,
};

export interface FrameworkOptions {
  /** Default: both. */
  readonly modes?: readonly Mode[];
  /** What is different here, by the name of the scenario: merged into what is expected of each of its requests. */
  readonly differs?: Readonly<Record<string, Partial<Told>>>;
}

/** Puts a framework through all scenarios. */
export function describeFramework(
  name: string,
  start: StartFramework,
  { modes: used = ['with the source', 'without a source'], differs = {} }: FrameworkOptions = {},
): void {
  describe.each(used)(`${name}, %s`, (mode) => {
    it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (_, scenario) => {
      const { told, answers, answeredIds, requestIds, health } = await runScenario(scenario, start, modes[mode]());
      const expected = scenario.expected.map((one) => ({ ...one, ...differs[scenario.name] }));
      expect(told).toMatchObject(expected);
      expect(told).toHaveLength(expected.length);
      // `toMatchObject` takes a key that is missing for one that is undefined, and lists with more in them are not the same.
      for (const [index, one] of expected.entries()) if (one.kinds) expect(told[index]?.kinds).toEqual(one.kinds);
      for (const { kinds } of told) {
        // Whatever else: one of each.
        expect(kinds.filter((kind) => kind !== 'log').sort()).toEqual(['metric', 'request', 'response', 'span']);
      }
      const expectedAnswers = scenario.answers ?? expected.length;
      if (!Number.isNaN(expectedAnswers)) expect(answers).toBe(expectedAnswers);
      expect(answeredIds).toEqual(requestIds.slice(0, answers));
      expect(health).toEqual([]);
    });
  });
}
