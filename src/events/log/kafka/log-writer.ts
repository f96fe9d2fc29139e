import { LogUnavailableError, type AppendedPosition } from '../event-log.js';
import { brokerCodeOf } from './faults.js';
import { groupByLane, laneOf, type PlacedRecord } from './placed-record.js';
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
    const lanes = groupByLane(records);
    if (!sick.isEmpty(performance.now())) return answersFor(records, await writeApart(producer, sick, lanes));
    try {
      return answersFor(records, await producer.send(records, RETRY_FOR_MS));
    } catch (error) {
      if (brokerCodeOf(error) !== undefined) for (const lane of lanes.keys()) sick.suspect(lane, performance.now());
      throw error;
    }
  };
}

type Lanes = ReadonlyMap<number, readonly PlacedRecord[]>;

/** One lane per request, the well ones first. */
async function writeApart(producer: LogProducer, sick: SickLanes, lanes: Lanes) {
  const bases = new Map<number, bigint | LogUnavailableError>();
  const until = performance.now() + APART_FOR_MS;
  const inOrder = [...lanes].sort(([one], [other]) => Number(sick.has(one)) - Number(sick.has(other)));
  for (const [lane, records] of inOrder) {
    const now = performance.now();
    if (now > until || sick.isHopeless(lane, now)) continue;
    try {
      const base = (await producer.send(records, sick.has(lane) ? 0 : RETRY_ALONE_FOR_MS)).get(lane);
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
function answersFor(
  records: readonly PlacedRecord[],
  bases: ReadonlyMap<number, bigint | LogUnavailableError>,
): Written[] {
  const places = new Map<number, bigint>();
  return records.map((placed) => {
    const lane = laneOf(placed);
    const base = bases.get(lane);
    if (base === undefined) return new LogUnavailableError('Kafka did not acknowledge the record.');
    if (base instanceof LogUnavailableError) return base;
    const place = places.get(lane) ?? 0n;
    places.set(lane, place + 1n);
    return { partition: placed.partition, offset: base + place };
  });
}
