import type { EventLog } from '../../src/events/log/event-log.js';
import type { Place, Side } from '../compared-path.js';
import { openLog } from '../kafka/open-log.js';
import { startLoad } from '../load-process.js';
import { createProjector, openDatabase, systemClock, warning } from '../product.js';

/** A projector that starts with a round's events before it, until all of them are folded and committed. */
export async function projectFromKafka(place: Place): Promise<Required<Side>> {
  const database = openDatabase(place.databaseUrl, warning);
  const log = await openLog(place);
  const appends = await startLoad({ kind: 'appends', place });
  const folded = countFolded(log);
  let waiting = 0;
  let stop = async () => {};
  return {
    async prepare(milliseconds) {
      waiting = (await appends.work(milliseconds)).operations;
    },
    async work() {
      const startedAt = performance.now();
      const all = folded.next(waiting);
      const projector = await createProjector({ database, log: folded.log, clock: systemClock, logger: warning });
      stop = () => projector.stop();
      await all;
      return { operations: waiting, latenciesMs: [performance.now() - startedAt] };
    },
    settle: () => stop(),
    async close() {
      await appends.close();
      await log.close();
      await database.close();
    },
  };
}

/** Counts what a consumer's handler is done with. */
function countFolded(log: EventLog) {
  let left = Number.POSITIVE_INFINITY;
  let reach: () => void = () => undefined;
  const counting: EventLog = {
    ...log,
    consume: (options) =>
      log.consume({
        ...options,
        async handle(batch) {
          await options.handle(batch);
          left -= batch.records.length;
          if (left <= 0) reach();
        },
      }),
  };
  return {
    log: counting,
    next(records: number): Promise<void> {
      left = records;
      return new Promise((resolve) => (reach = resolve));
    },
  };
}
