import type { ComparedPath, Round, SideName, Target } from './compared-path.js';

/** The median over the rounds of one side. */
export interface Figures {
  readonly cpuMicrosPerOperation: number;
  readonly operationsPerSecond: number;
  readonly latencyP50Ms: number;
  readonly latencyP99Ms: number;
}

export interface Verdict {
  readonly ratio: number;
  readonly isMet: boolean;
}

export interface Comparison {
  readonly path: ComparedPath;
  readonly rounds: Readonly<Record<SideName, readonly Round[]>>;
}

/** Nearest rank; 0 ≤ share ≤ 1. @throws RangeError there are no values */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('Nothing was measured.');
  return value;
}

export function figuresOf(rounds: readonly Round[]): Figures {
  const median = (figure: (round: Round) => number) => percentile(rounds.map(figure), 0.5);
  return {
    cpuMicrosPerOperation: median((round) => round.cpuMicros / round.operations),
    operationsPerSecond: median((round) => (round.operations / round.elapsedMs) * 1_000),
    latencyP50Ms: median((round) => round.latencyP50Ms),
    latencyP99Ms: median((round) => round.latencyP99Ms),
  };
}

/** Throughput is never judged: on one machine the same code differs by a factor of three from run to run. */
export function judge(target: Target, ours: Figures, floor: Figures): Verdict {
  if (target.figure === 'cpu') {
    const ratio = floor.cpuMicrosPerOperation / ours.cpuMicrosPerOperation;
    return { ratio, isMet: ratio >= target.ratioMin };
  }
  const ratio = ours.latencyP50Ms / floor.latencyP50Ms;
  return { ratio, isMet: ratio <= target.ratioMax };
}
