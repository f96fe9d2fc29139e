import type { Target } from './compared-path.js';
import { figuresOf, judge, type Comparison } from './figures.js';
import type { IdleReading } from './idle/readings.js';
import type { Reading } from './memory/readings.js';

/** What a run was, and what came out: what `--json` writes and the page is made of. */
export interface Report {
  readonly node: string;
  readonly cpus: number;
  /** Of one minute, before the run: what else the machine had to do. */
  readonly loadBefore: number;
  readonly isFull: boolean;
  readonly rounds: number;
  readonly roundMs: number;
  readonly paths: readonly Comparison[];
  /** What ten thousand idle sockets take. */
  readonly idle?: readonly IdleReading[] | undefined;
  /** Of a full run only. */
  readonly memory?: readonly Reading[] | undefined;
}

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
export function rowsOf({ path, rounds }: Comparison): string[][] {
  const [ours, floor] = [figuresOf(rounds.ours), figuresOf(rounds.floor)];
  const verdict = judge(path.target, ours, floor);
  const judged = verdict && `${boundOf(path.target)} ${verdict.isMet ? 'met' : 'MISSED'}`;
  const row = (figure: Target['figure'], name: string, [of, against]: readonly [number, number], ratio: number) => [
    ...[path.name, name, inDigits(of), inDigits(against), ratio.toFixed(2)],
    path.target.figure === figure ? (judged ?? '') : '',
  ];
  const [cpu, cpuFloor] = [ours.cpuMicrosPerOperation, floor.cpuMicrosPerOperation];
  const [speed, speedFloor] = [ours.operationsPerSecond, floor.operationsPerSecond];
  const [p50, p50Floor] = [ours.latencyP50Ms, floor.latencyP50Ms];
  const [p99, p99Floor] = [ours.latencyP99Ms, floor.latencyP99Ms];
  return [
    row('cpu', 'CPU µs/operation', [cpu, cpuFloor], cpuFloor / cpu),
    row('throughput', 'operations/s', [speed, speedFloor], speed / speedFloor),
    row('latency', 'latency p50 ms', [p50, p50Floor], p50 / p50Floor),
    row('none', 'latency p99 ms', [p99, p99Floor], p99 / p99Floor),
  ];
}

/** Three or four that say something: 0.42, 7.35, 84.1, 1234. */
const inDigits = (figure: number): string => figure.toFixed(figure < 10 ? 2 : figure < 100 ? 1 : 0);

export function boundOf(target: Target): string {
  switch (target.figure) {
    case 'cpu':
      return `≥ ${target.ratioMin.toFixed(2)}`;
    case 'latency':
      return `≤ ${target.ratioMax.toFixed(2)}`;
    case 'throughput':
      return `≥ ${target.ratioMin.toFixed(2)}`;
    case 'none':
      return '';
  }
}

export const misses = ({ path, rounds }: Comparison): boolean =>
  judge(path.target, figuresOf(rounds.ours), figuresOf(rounds.floor))?.isMet === false;

/** For machines: every round, with the figures and the verdict that follow from them. */
export function jsonOf(report: Report): string {
  const paths = report.paths.map((comparison) => {
    const [ours, floor] = [figuresOf(comparison.rounds.ours), figuresOf(comparison.rounds.floor)];
    return { ...comparison, ours, floor, ...judge(comparison.path.target, ours, floor) };
  });
  return `${JSON.stringify({ ...report, paths }, null, 2)}\n`;
}
