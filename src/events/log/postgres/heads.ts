import type { Pool } from 'pg';
import type { Topic } from '../event-log.js';

interface HeadRow {
  readonly topic: string;
  readonly partition: number;
  readonly next_offset: bigint;
}

/** For each partition the offset that the next append gets, as far as this process knows. */
export interface Heads {
  /** May be behind by what another process appended since the last look; never ahead. */
  get(topic: Topic, partition: number): bigint;
  raise(topic: Topic, partition: number, head: bigint): void;
  /** Reads them from Postgres, and answers those of the topic asked for. */
  refresh(topic?: Topic): Promise<readonly bigint[]>;
  /** Told after a head rose. Returns what ends it. */
  onRise(listener: (topic: Topic, partition: number) => void): () => void;
}

export function createHeads(pool: Pool): Heads {
  const known = new Map<string, bigint>();
  const listeners = new Set<(topic: Topic, partition: number) => void>();
  const name = (topic: string, partition: number) => `${topic}/${partition}`;
  const raise = (topic: Topic, partition: number, head: bigint) => {
    // Only upwards: an answer that was on its way while we appended is older than what we know.
    if (head <= (known.get(name(topic, partition)) ?? 0n)) return;
    known.set(name(topic, partition), head);
    for (const listener of listeners) listener(topic, partition);
  };
  return {
    get: (topic, partition) => known.get(name(topic, partition)) ?? 0n,
    raise,
    async refresh(topic = 'events') {
      const found = await pool.query<HeadRow>({
        name: 'log-heads',
        text: 'select topic, partition, next_offset from log.partitions order by topic, partition',
      });
      for (const row of found.rows) raise(row.topic as Topic, row.partition, row.next_offset);
      return found.rows.filter((row) => row.topic === topic).map((row) => row.next_offset);
    },
    onRise(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
