import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Place, Round, SideName } from './compared-path.js';
import type { Order, Report } from './side.js';

export interface MeasuredProcess {
  work(milliseconds: number): Promise<Round>;
  /** Resolves when the process is gone. */
  end(): Promise<void>;
}

/** Beyond the time that it was told to work; to close a log takes no longer either. */
const PATIENCE_MS = 60_000;
/** To make a million messages. */
const OPENING_MS = 300_000;

/** One side in a process of its own, so that the CPU time of that process is the side's alone. */
export async function startMeasured(path: string, side: SideName, place: Place): Promise<MeasuredProcess> {
  const child = fork(fileURLToPath(new URL('side.js', import.meta.url)));
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));

  const obey = (order: Order, withinMs: number) =>
    new Promise<Report>((resolve, reject) => {
      const settle = (report: Report) => {
        clearTimeout(timer);
        child.off('message', settle).off('exit', fail);
        if (report.kind === 'failed') reject(new Error(`${path} (${side}): ${report.reason}`));
        else resolve(report);
      };
      const fail = () => settle({ kind: 'failed', reason: 'The process ended, or took too long.' });
      const timer = setTimeout(fail, withinMs);
      child.on('message', settle).on('exit', fail);
      child.send(order);
    });
  const end = async () => {
    if (child.connected) child.disconnect();
    const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    await gone;
    clearTimeout(late);
  };
  try {
    await obey({ kind: 'open', path, side, place }, OPENING_MS);
  } catch (error) {
    await end();
    throw error;
  }
  return {
    async work(milliseconds) {
      const report = await obey({ kind: 'work', milliseconds }, milliseconds + PATIENCE_MS);
      if (report.kind !== 'worked') throw new Error(`${path} (${side}): answered ${report.kind}.`);
      return report.round;
    },
    end,
  };
}
