import type { OutgoingRecord, Topic } from '../event-log.js';

/** A record with the partition it goes to and what it weighs. */
export interface PlacedRecord {
  readonly topic: Topic;
  readonly partition: number;
  readonly record: OutgoingRecord;
  readonly bytes: number;
}

/** Where records keep their order: one partition of one topic. */
export const laneOf = ({ topic, partition }: PlacedRecord): number => partition * 2 + (topic === 'events' ? 0 : 1);

export function placeRecord(topic: Topic, partition: number, record: OutgoingRecord): PlacedRecord {
  let bytes = Buffer.byteLength(record.key) + record.value.length;
  for (const [name, value] of Object.entries(record.headers)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  return { topic, partition, record, bytes };
}

/** In the order of their first records; each keeps its own. */
export function groupByLane(records: readonly PlacedRecord[]): ReadonlyMap<number, readonly PlacedRecord[]> {
  const lanes = new Map<number, PlacedRecord[]>();
  for (const record of records) {
    const lane = lanes.get(laneOf(record));
    if (lane === undefined) lanes.set(laneOf(record), [record]);
    else lane.push(record);
  }
  return lanes;
}
