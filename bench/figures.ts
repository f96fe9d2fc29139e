import type { Round, SideName, Target } from './compared-path.js';

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

/** What came out of a path; also what stands in a report that was kept. */
export interface Comparison {
  readonly path: MeasuredPath;
  readonly rounds: Readonly<Record<SideName, readonly Round[]>>;
}

export interface MeasuredPath {
  readonly name: string;
  readonly operation: string;
  readonly target: Target;
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

/**
 * Throughput is judged only where a path asks for it: on one machine the same code differs by a factor of three from run
 * to run, which both sides of one run share.
 */
export function judge(target: Target, ours: Figures, floor: Figures): Verdict | undefined {
  switch (target.figure) {
    case 'cpu': {
      const ratio = floor.cpuMicrosPerOperation / ours.cpuMicrosPerOperation;
      return { ratio, isMet: ratio >= target.ratioMin };
    }
    case 'latency': {
      const ratio = ours.latencyP50Ms / floor.latencyP50Ms;
      return { ratio, isMet: ratio <= target.ratioMax };
    }
    case 'throughput': {
      const ratio = ours.operationsPerSecond / floor.operationsPerSecond;
      return { ratio, isMet: ratio >= target.ratioMin && ours.latencyP99Ms <= target.latencyP99MaxMs };
    }
    case 'none':
      return undefined;
  }
}
