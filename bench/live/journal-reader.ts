import pg from 'pg';

/** Tells of events of one type as they are committed to the journal, read beside the server and not through it. */
export interface JournalReader {
  /** Ids of messages (`msg_…`) since the last call. */
  next(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const ROWS_MAX = 5_000;

export async function openJournalReader(databaseUrl: string, type: string, partitions: number): Promise<JournalReader> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  // Within a partition rows are committed in the order of their offsets.
  const nextOffsets = Array.from({ length: partitions }, () => '0');
  return {
    async next() {
      const found = await client.query<{ partition: number; offset: string; type: string; message: string | null }>({
        ...NEXT,
        values: [nextOffsets, ROWS_MAX],
      });
      for (const { partition, offset } of found.rows) nextOffsets[partition] = String(BigInt(offset) + 1n);
      return found.rows.flatMap((row) => (row.type === type && row.message !== null ? [row.message] : []));
    },
    close: () => client.end(),
  };
}

const NEXT = {
  name: 'next',
  text: `
    select e.partition, e."offset"::text, e.type, e.value->>'messageId' as message
    from unnest($1::bigint[]) with ordinality as p (next, place)
    cross join lateral (
      select * from read.events where partition = p.place - 1 and "offset" >= p.next order by "offset" limit $2
    ) e
    order by e.partition, e."offset"`,
};
