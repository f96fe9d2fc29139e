import type { Place, Side } from '../compared-path.js';
import { awaitArrivals, oneByOne } from './one-by-one.js';
import { openLog } from './open-log.js';
import { inTurn, makeRecords } from './records.js';

/** Appended, and handed to a handler, in one process with one log. */
export async function consumeThroughPort(place: Place): Promise<Side> {
  const log = await openLog(place);
  const nextRecord = inTurn(makeRecords());
  const arrivals = awaitArrivals();
  await log.consume({
    topic: 'events',
    group: 'bench',
    startAt: async () => 'beginning',
    handle: async () => arrivals.arrived(),
    onError: (error) => console.error(error),
  });
  return {
    work: (milliseconds) => oneByOne(milliseconds, () => log.append('events', nextRecord()), arrivals),
    close: () => log.close(),
  };
}
