import type { Place, Round, SideName } from './compared-path.js';
import { startObedient } from './obedient-process.js';
import type { Order, Report } from './side.js';

export interface MeasuredProcess {
  /** One round, with what is to be done before it and after it unmeasured. */
  work(milliseconds: number): Promise<Round>;
  /** Resolves when the process is gone. */
  end(): Promise<void>;
}

/** Beyond the time that it was told to work. */
const PATIENCE_MS = 120_000;
/** To make a million messages. */
const OPENING_MS = 600_000;

/** One side in a process of its own, so that the CPU time of that process is the side's alone. */
export async function startMeasured(path: string, side: SideName, place: Place): Promise<MeasuredProcess> {
  const name = `${path} (${side})`;
  const measured = startObedient<Order, Report>('side.js', name);
  try {
    await measured.obey({ kind: 'open', path, side, place }, OPENING_MS);
  } catch (error) {
    await measured.end();
    throw error;
  }
  return {
    async work(milliseconds) {
      const withinMs = milliseconds + PATIENCE_MS;
      await measured.obey({ kind: 'prepare', milliseconds }, withinMs);
      const report = await measured.obey({ kind: 'work', milliseconds }, withinMs);
      await measured.obey({ kind: 'settle' }, withinMs);
      if (report.kind !== 'worked') throw new Error(`${name}: answered ${report.kind}.`);
      return report.round;
    },
    end: () => measured.end(),
  };
}
