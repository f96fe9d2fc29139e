import { LogUnavailableError, type AppendedPosition } from '../event-log.js';
import { brokerCodeOf } from './faults.js';
import { groupByLane, type LaneGroups, type PlacedRecord } from './placed-record.js';
import type { LogProducer } from './producer.js';
import { createSickLanes, type SickLanes } from './sick-lanes.js';

/** What a record got, or why it isn't known whether it was written. */
export type Written = AppendedPosition | LogUnavailableError;

/** A leader is elected anew within it; callers are told after 4.5 s. */
const RETRY_FOR_MS = 3_500;
const RETRY_ALONE_FOR_MS = 500;
/** Once so long is over, the rest of a batch that is written lane by lane is refused: others wait behind it. */
const APART_FOR_MS = 3_000;

/**
 * Writes one batch. Calls must not overlap.
 *
 * kafkajs throws for all partitions of a request when one is refused (too few replicas in sync, no leader). After such
 * a failure each is written on its own, until those of the failed batch were well, so that only the sick one's callers
 * are told.
 */
export function createLogWriter(producer: LogProducer): (records: readonly PlacedRecord[]) => Promise<Written[]> {
  const sick = createSickLanes();
  return async (records) => {
    const groups = groupByLane(records);
    if (!sick.isEmpty(performance.now())) return answersFor(groups, await writeApart(producer, sick, groups));
    try {
      return answersFor(groups, await producer.send(groups, RETRY_FOR_MS));
    } catch (error) {
      if (brokerCodeOf(error) !== undefined) for (const lane of groups.keys()) sick.suspect(lane, performance.now());
      throw error;
    }
  };
}

/** One lane per request, the well ones first. */
async function writeApart(producer: LogProducer, sick: SickLanes, groups: LaneGroups) {
  const bases = new Map<number, bigint | LogUnavailableError>();
  const until = performance.now() + APART_FOR_MS;
  const inOrder = [...groups].sort(([one], [other]) => Number(sick.has(one)) - Number(sick.has(other)));
  for (const [lane, group] of inOrder) {
    const now = performance.now();
    if (now > until || sick.isHopeless(lane, now)) continue;
    try {
      const alone = new Map([[lane, group]]);
      const base = (await producer.send(alone, sick.has(lane) ? 0 : RETRY_ALONE_FOR_MS)).get(lane);
      if (base === undefined) continue;
      bases.set(lane, base);
      sick.recovered(lane);
    } catch (cause) {
      if (brokerCodeOf(cause) !== undefined) sick.failed(lane, performance.now());
      bases.set(lane, new LogUnavailableError('It is not known whether the log has the record.', { cause }));
    }
  }
  return bases;
}

/** The n-th record of a lane is at its base + n. */
function answersFor(groups: LaneGroups, bases: ReadonlyMap<number, bigint | LogUnavailableError>): Written[] {
  const answers: Written[] = [];
  for (const [lane, { partition, places }] of groups) {
    const base = bases.get(lane) ?? new LogUnavailableError('Kafka did not acknowledge the record.');
    for (const [index, place] of places.entries()) {
      answers[place] = typeof base === 'bigint' ? { partition, offset: base + BigInt(index) } : base;
    }
  }
  return answers;
}
