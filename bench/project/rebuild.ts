import type { Place, Side } from '../compared-path.js';
import { openLog } from '../kafka/open-log.js';
import { openDatabase, rebuildReadModels, systemClock, warning } from '../product.js';
import { projectFromKafka } from './project.js';

/** Rebuilds of what a projector has folded before the first round: each round of the same history, whole. */
export async function rebuildFromKafka(place: Place): Promise<Side> {
  const projecting = await projectFromKafka(place);
  const database = openDatabase(place.databaseUrl, warning);
  const log = await openLog(place);
  const control = { isAccepted: false, signal: new AbortController().signal, report: () => undefined };
  let waiting = 0;
  return {
    async prepare(milliseconds) {
      if (waiting > 0) return;
      await projecting.prepare(milliseconds);
      waiting = (await projecting.work(milliseconds)).operations;
      await projecting.settle();
    },
    async work() {
      const startedAt = performance.now();
      const result = await rebuildReadModels({ database, log, clock: systemClock }, control);
      // What folds less, or comes to something else, would have no figure of a rebuild.
      if (!result.isExchanged || result.events !== waiting) throw new Error(`It rebuilt ${JSON.stringify(result)}.`);
      return { operations: result.events, latenciesMs: [performance.now() - startedAt] };
    },
    async close() {
      await log.close();
      await database.close();
      await projecting.close();
    },
  };
}
