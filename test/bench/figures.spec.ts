import { describe, expect, it } from 'vitest';
import type { Round } from '../../bench/compared-path.js';
import { figuresOf, judge, percentile } from '../../bench/figures.js';

const round = (cpuMicros: number, more: Partial<Round> = {}): Round => ({
  operations: 1_000,
  cpuMicros,
  elapsedMs: 500,
  latencyP50Ms: 1,
  latencyP99Ms: 4,
  ...more,
});

describe('percentile', () => {
  it.each([
    [[5], 0.5, 5],
    [[3, 1, 2], 0.5, 2],
    [[4, 3, 2, 1], 0.5, 2],
    [Array.from({ length: 200 }, (_, at) => 200 - at), 0.99, 198],
    [[1, 2], 1, 2],
    [[1, 2], 0, 1],
  ])('takes the nearest rank of %j at %d', (values, share, expected) => {
    expect(percentile(values, share)).toBe(expected);
  });

  it('does not make a figure of nothing', () => {
    expect(() => percentile([], 0.5)).toThrow('Nothing was measured.');
  });
});

describe('figuresOf', () => {
  it('is the median of the rounds, each figure by itself', () => {
    const rounds = [round(30_000, { elapsedMs: 250 }), round(10_000, { latencyP50Ms: 9 }), round(20_000)];
    expect(figuresOf(rounds)).toEqual({
      cpuMicrosPerOperation: 20,
      operationsPerSecond: 2_000,
      latencyP50Ms: 1,
      latencyP99Ms: 4,
    });
  });
});

describe('judge', () => {
  const figures = (cpuMicros: number, latencyP50Ms: number) => figuresOf([round(cpuMicros, { latencyP50Ms })]);

  it('wants so much of the floor where CPU counts, whatever the latency', () => {
    const target = { figure: 'cpu', ratioMin: 0.8 } as const;
    expect(judge(target, figures(12_500, 99), figures(10_000, 1))).toEqual({ ratio: 0.8, isMet: true });
    expect(judge(target, figures(12_600, 1), figures(10_000, 99))?.isMet).toBe(false);
  });

  it('grants so many times the floor where latency counts, whatever the CPU', () => {
    const target = { figure: 'latency', ratioMax: 2 } as const;
    expect(judge(target, figures(99_000, 3), figures(10_000, 1.5))).toEqual({ ratio: 2, isMet: true });
    expect(judge(target, figures(10_000, 3.1), figures(99_000, 1.5))?.isMet).toBe(false);
  });

  it('counts throughput only where it was not bought with waiting', () => {
    const target = { figure: 'throughput', ratioMin: 0.5, latencyP99MaxMs: 5 } as const;
    const at = (elapsedMs: number, latencyP99Ms: number) => figuresOf([round(1, { elapsedMs, latencyP99Ms })]);
    expect(judge(target, at(1_000, 5), at(500, 99))).toEqual({ ratio: 0.5, isMet: true });
    expect(judge(target, at(1_000, 6), at(500, 1))).toEqual({ ratio: 0.5, isMet: false });
    expect(judge(target, at(1_001, 1), at(500, 1))?.isMet).toBe(false);
  });

  it('says nothing of what is only printed', () => {
    expect(judge({ figure: 'none' }, figures(1, 1), figures(1, 1))).toBeUndefined();
  });
});
