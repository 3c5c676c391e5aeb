import type { StartFramework } from './framework.ts';
import { modes } from './describe-framework.ts';
import type { Mode } from './describe-framework.ts';
import { runScenario } from './run-scenario.ts';
import { scenarios } from './scenarios.ts';

/** What a framework gave in a scenario. */
export interface Row {
  readonly framework: string;
  readonly scenario: string;
  /** The kinds of its signals, in order. */
  readonly signals: string;
  /** What the response said. */
  readonly response: string;
}

/** Puts a framework through these scenarios, and tells what it gave for the only request of each. */
export async function rowsOf(framework: string, start: StartFramework, mode: Mode, names: readonly string[]): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const name of names) {
    const scenario = scenarios.find((one) => one.name === name);
    if (scenario === undefined) throw new Error(`there is no scenario "${name}"`);
    const { told } = await runScenario(scenario, start, modes[mode]());
    const [{ kinds, status, statusCode, route, error, errorType } = undefined as never] = told;
    const said = [statusCode ?? 'no status', status, route ?? 'no route', error?.split(':')[0] ?? errorType].filter((part) => part !== undefined);
    rows.push({ framework, scenario: name, signals: kinds.join(', '), response: told.length === 1 ? said.join(' ') : `${told.length} requests` });
  }
  return rows;
}

/** One line a scenario, one column a framework, in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const columns = [...new Set(rows.map(({ framework }) => framework))];
  const names = [...new Set(rows.map(({ scenario }) => scenario))];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const lines = names.map((name) => {
    const here = rows.filter(({ scenario }) => scenario === name);
    const signals = [...new Set(here.map((row) => row.signals))].join(' or ');
    return line([name, signals, ...columns.map((column) => here.find(({ framework }) => framework === column)?.response ?? '')]);
  });
  return [line(['', 'signals, in order', ...columns]), line(['', '', ...columns].map(() => '---')), ...lines].join('\n');
}
