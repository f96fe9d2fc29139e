import { SIDES, type ComparedPath, type Place, type Round, type SideName } from './compared-path.js';
import type { Comparison } from './figures.js';
import { startMeasured, type MeasuredProcess } from './measured-process.js';

export interface Schedule {
  readonly rounds: number;
  readonly roundMs: number;
  /** Until the compilers of this side and of the broker have seen the hot code: after 4 s alone it still got 15 % faster. */
  readonly warmUpMs: number;
}

/** Ours, floor, ours, floor, …: what else the machine does meanwhile falls on both. */
export async function compare(
  path: ComparedPath,
  places: Readonly<Record<SideName, Place>>,
  { rounds, roundMs, warmUpMs }: Schedule,
): Promise<Comparison> {
  const measured: Record<SideName, Round[]> = { ours: [], floor: [] };
  const lengthMs = Math.max(roundMs, path.roundMsMin ?? 0);
  const processes = new Map<SideName, MeasuredProcess>();
  try {
    for (const side of SIDES) processes.set(side, await startMeasured(path.name, side, places[side]));
    // Both at once: nothing of it is counted.
    await Promise.all([...processes.values()].map((process) => process.work(warmUpMs)));
    for (let round = 0; round < rounds; round += 1) {
      for (const [side, process] of processes) measured[side].push(await process.work(lengthMs));
    }
    const { name, operation, target } = path;
    return { path: { name, operation, target }, rounds: measured };
  } finally {
    await Promise.all([...processes.values()].map((process) => process.end()));
  }
}
