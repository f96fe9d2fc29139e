import type { Target } from './compared-path.js';
import { figuresOf, judge, type Comparison } from './figures.js';

const HEADINGS = ['path', 'figure', 'ours', 'floor', 'ratio', 'target'];

/** For people: four figures of each path, with the target beside the one that is judged. */
export function tableOf(comparisons: readonly Comparison[]): string {
  const rows = [HEADINGS, ...comparisons.flatMap(rowsOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) =>
      isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
    );
  return rows.map((row) => line(row).join('  ').trimEnd()).join('\n');
}

const isNumber = (column: number) => column >= 2 && column <= 4;

/** Every ratio says how good ours is: floor ÷ ours where less is better and it is judged so, as `judge` does. */
function rowsOf({ path, rounds }: Comparison): string[][] {
  const [ours, floor] = [figuresOf(rounds.ours), figuresOf(rounds.floor)];
  const row = (name: string, of: number, against: number, digits: number, ratio: number, target = '') => [
    ...[path.name, name, of.toFixed(digits), against.toFixed(digits), ratio.toFixed(2), target],
  ];
  const verdict = `${boundOf(path.target)} ${judge(path.target, ours, floor).isMet ? 'met' : 'MISSED'}`;
  const [cpu, latency] = path.target.figure === 'cpu' ? [verdict] : [undefined, verdict];
  const { cpuMicrosPerOperation: cpuOurs, operationsPerSecond: speedOurs, latencyP50Ms: p50, latencyP99Ms: p99 } = ours;
  return [
    row('CPU µs/operation', cpuOurs, floor.cpuMicrosPerOperation, 2, floor.cpuMicrosPerOperation / cpuOurs, cpu),
    row('operations/s', speedOurs, floor.operationsPerSecond, 0, speedOurs / floor.operationsPerSecond),
    row('latency p50 ms', p50, floor.latencyP50Ms, 2, p50 / floor.latencyP50Ms, latency),
    row('latency p99 ms', p99, floor.latencyP99Ms, 2, p99 / floor.latencyP99Ms),
  ];
}

const boundOf = (target: Target): string => (target.figure === 'cpu' ? `≥ ${target.ratioMin}` : `≤ ${target.ratioMax}`);

/** For machines: the figures, the verdict and every round. */
export function jsonOf({ path, rounds }: Comparison): object {
  const [ours, floor] = [figuresOf(rounds.ours), figuresOf(rounds.floor)];
  return { path: path.name, target: path.target, ...judge(path.target, ours, floor), ours, floor, rounds };
}
