import type { Side, Tally } from './compared-path.js';
import type { LoadOrder, LoadReport } from './load.js';
import type { LoadSettings } from './loads.js';
import { startObedient } from './obedient-process.js';

/** The clients of a server that is measured, in a process of their own: what they cost is charged to nobody. */
export type Load = Required<Side>;

const PATIENCE_MS = 100_000;
/** To open 2,000 sockets, or to write to 1,000 contacts for the first time. */
const OPENING_MS = 120_000;

export async function startLoad(settings: LoadSettings): Promise<Load> {
  const load = startObedient<LoadOrder, LoadReport>('load.js', `load ${settings.kind}`);
  const obey = async (order: LoadOrder, withinMs: number): Promise<Tally> => {
    const { tally } = await load.obey(order, withinMs);
    return tally ?? { operations: 0, latenciesMs: [] };
  };
  try {
    await obey({ kind: 'open', settings }, OPENING_MS);
  } catch (error) {
    await load.end();
    throw error;
  }
  return {
    async prepare(milliseconds) {
      await obey({ kind: 'prepare', milliseconds }, milliseconds + PATIENCE_MS);
    },
    work: (milliseconds) => obey({ kind: 'work', milliseconds }, milliseconds + PATIENCE_MS),
    async settle() {
      await obey({ kind: 'settle' }, PATIENCE_MS);
    },
    close: () => load.end(),
  };
}

/** A server that is measured, under that load. Whoever stops the clients first leaves no connection to wait for. */
export function underLoad(load: Load, stop: () => Promise<void>): Load {
  return {
    ...load,
    async close() {
      await load.close();
      await stop();
    },
  };
}
