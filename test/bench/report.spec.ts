import { readFile } from 'node:fs/promises';
import { check, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import type { Round, Target } from '../../bench/compared-path.js';
import type { Comparison } from '../../bench/figures.js';
import { idleTable, meetsIdle, type IdleReading } from '../../bench/idle/readings.js';
import { pageOf } from '../../bench/page.js';
import { jsonOf, misses, tableOf, type Report } from '../../bench/report.js';

const PAGE = new URL('../../docs/performance.md', import.meta.url);
const FIGURES = new URL('../../docs/performance.json', import.meta.url);

const round = (cpuMicros: number, latencyP50Ms: number): Round => ({
  ...{ operations: 1_000, cpuMicros, elapsedMs: 500, latencyP50Ms, latencyP99Ms: 4 * latencyP50Ms },
});

function comparison(name: string, target: Target): Comparison {
  const rounds = { ours: [round(40_000, 2)], floor: [round(10_000, 1)] };
  return { path: { name, operation: `the ${name}`, target }, rounds };
}

const BY_CPU = comparison('by-cpu', { figure: 'cpu', ratioMin: 0.4 });
const BY_LATENCY = comparison('by-latency', { figure: 'latency', ratioMax: 2 });
const UNJUDGED = comparison('unjudged', { figure: 'none' });

const REPORT: Report = {
  ...{ node: 'v20.20.2', cpus: 2, loadBefore: 0.42, isFull: false, rounds: 3, roundMs: 2_000 },
  paths: [BY_CPU, BY_LATENCY, UNJUDGED],
};

describe('the table of a run', () => {
  it('has four rows a path, and the verdict beside the figure that is judged', () => {
    const lines = tableOf(REPORT.paths).split('\n');
    expect(lines).toHaveLength(1 + 3 * 4);
    expect(lines[1]).toMatch(/^by-cpu +CPU µs\/operation +40.0 +10.0 +0.25 +≥ 0.40 MISSED$/);
    expect(lines[7]).toMatch(/^by-latency +latency p50 ms +2.00 +1.00 +2.00 +≤ 2.00 met$/);
    expect(lines.filter((line) => /met$|MISSED$/.test(line))).toHaveLength(2);
  });

  it('fails a check for what is missed, and not for what nobody judges', () => {
    expect(REPORT.paths.map(misses)).toEqual([true, false, false]);
  });
});

const idle = (sockets: number, rssMiB: number): IdleReading => ({
  ...{ sockets, subscriptions: 0, rssMiB, peakRssMiB: rssMiB + 10, heapMiB: 90, externalMiB: 5, cores: 0.012 },
});

describe('idle sockets', () => {
  it('are within their memory, or not, and both the table and the page say which', () => {
    const [met, missed] = [[idle(0, 150), idle(10_000, 500)], [idle(10_000, 500.1)]];
    expect([meetsIdle(met), meetsIdle(missed)]).toEqual([true, false]);
    expect(idleTable(met).split('\n').at(-2)).toMatch(/^ +10000 +0 +500 +510 +90 +5 +0.012$/);
    expect(idleTable(met)).toContain('RSS ≤ 500 MiB met');
    expect(idleTable(missed)).toContain('RSS ≤ 500 MiB MISSED');
    expect(pageOf({ ...REPORT, idle: met })).toContain('which is met');
    expect(pageOf({ ...REPORT, idle: missed })).toContain('**which is missed**');
  });

  it('leave the page as prettier would', async () => {
    const options = await resolveConfig(PAGE);
    expect(await check(pageOf({ ...REPORT, idle: [idle(0, 150)] }), { ...options, parser: 'markdown' })).toBe(true);
  });
});

describe('the document of a run', () => {
  it('holds every round, and reads back as the report that it was', () => {
    const read = JSON.parse(jsonOf(REPORT)) as Report;
    expect(read).toMatchObject(JSON.parse(JSON.stringify(REPORT)) as object);
    expect(pageOf(read)).toBe(pageOf(REPORT));
  });
});

describe('the page of a run', () => {
  it('tells what was judged, what it was, and everything that was measured', () => {
    const page = pageOf(REPORT);
    expect(page).toContain('| `by-cpu`     | CPU µs/operation | 40.0 |  10.0 |  0.25 | ≥ 0.40 | **no** |');
    expect(page).toContain('| `by-latency` | latency p50 ms   | 2.00 |  1.00 |  2.00 | ≤ 2.00 | yes    |');
    expect(page).toContain('- `unjudged`: the unjudged.');
    expect(page.match(/^\| `unjudged` /gm)).toHaveLength(4);
  });

  it('says so when the machine had other work', () => {
    expect(pageOf(REPORT)).not.toContain('busy');
    expect(pageOf({ ...REPORT, loadBefore: 7 })).toContain('**The machine was busy with other work**');
  });

  it('is as prettier would leave it', async () => {
    const options = await resolveConfig(PAGE);
    expect(await check(pageOf(REPORT), { ...options, parser: 'markdown' })).toBe(true);
  });

  it('is, as committed, what its committed figures make', async () => {
    const report = JSON.parse(await readFile(FIGURES, 'utf8')) as Report;
    expect(await readFile(PAGE, 'utf8')).toBe(pageOf(report));
  });
});
