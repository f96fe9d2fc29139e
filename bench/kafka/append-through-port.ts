import type { Place, Side } from '../compared-path.js';
import { openLog } from './open-log.js';
import { inTurn, makeRecords } from './records.js';

/** So many callers, each of whom appends the next record as soon as its last one is in the log. */
export async function appendThroughPort(place: Place, callers: number): Promise<Side> {
  const log = await openLog(place);
  const nextRecord = inTurn(makeRecords());
  return {
    async work(milliseconds) {
      const until = performance.now() + milliseconds;
      const latenciesMs: number[] = [];
      let operations = 0;
      const call = async () => {
        while (performance.now() < until) {
          await log.append('events', nextRecord());
          operations += 1;
        }
      };
      // One of them carries the watch: timing each append would be charged to the port.
      const callWithWatch = async () => {
        while (performance.now() < until) {
          const startedAt = performance.now();
          await log.append('events', nextRecord());
          latenciesMs.push(performance.now() - startedAt);
          operations += 1;
        }
      };
      await Promise.all([callWithWatch(), ...Array.from({ length: callers - 1 }, call)]);
      return { operations, latenciesMs };
    },
    close: () => log.close(),
  };
}
