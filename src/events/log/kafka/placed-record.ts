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

/** The records of a batch that go to one lane, in order. */
export interface LaneGroup {
  readonly topic: Topic;
  readonly partition: number;
  readonly records: readonly OutgoingRecord[];
  /** Where each stands in the batch. */
  readonly places: readonly number[];
}

/** By lane, in the order of their first records. */
export type LaneGroups = ReadonlyMap<number, LaneGroup>;

export function groupByLane(batch: readonly PlacedRecord[]): LaneGroups {
  const groups = new Map<number, LaneGroup & { readonly records: OutgoingRecord[]; readonly places: number[] }>();
  for (const [place, placed] of batch.entries()) {
    const { topic, partition, record } = placed;
    const group = groups.get(laneOf(placed));
    if (group === undefined) {
      groups.set(laneOf(placed), { topic, partition, records: [record], places: [place] });
    } else {
      group.records.push(record);
      group.places.push(place);
    }
  }
  return groups;
}
