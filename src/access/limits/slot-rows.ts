import { sql } from 'drizzle-orm';
import type { Database } from '../../database/database.js';
import { apiKeyIds, type ApiKeyId } from '../../events/kernel/ids.js';
import type { SlotKind } from './quota.js';

/** What one process holds of a key's slots. */
export interface HeldSlots {
  readonly keyId: ApiKeyId;
  readonly kind: SlotKind;
  readonly count: number;
}

/** How long what a process holds counts without a word of it: four heartbeats. */
const HELD_FOR = sql`interval '20 seconds'`;

/**
 * Holds up to `wanted` slots in place of what this process held, and answers how many it holds now: never more than the
 * others leave of `max`. One process at a time for each key: two who looked at once would both find the last one free.
 */
export async function holdSlots(
  database: Database,
  {
    processId,
    keyId,
    kind,
    wanted,
    max,
  }: { processId: string; max: number; wanted: number } & Omit<HeldSlots, 'count'>,
): Promise<number> {
  const id = apiKeyIds.toUuid(keyId);
  return database.transaction(async (tx) => {
    // Before the look, and a statement of its own: the look must see what the one before has committed.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`parley slots ${kind} ${id}`}, 0))`);
    const { rows } = await tx.execute<{ count: number }>(sql`
      insert into work.key_slots as held (process_id, api_key_id, kind, count, held_until)
      select ${processId}::uuid, ${id}::uuid, ${kind},
        greatest(0, least(${wanted}::integer, ${max}::integer - coalesce(sum(count), 0)))::integer, now() + ${HELD_FOR}
      from work.key_slots
      where api_key_id = ${id}::uuid and kind = ${kind} and process_id <> ${processId}::uuid and held_until > now()
      on conflict (process_id, api_key_id, kind)
        do update set count = greatest(held.count, excluded.count), held_until = excluded.held_until
      returning count`);
    return rows[0]?.count ?? 0;
  });
}

/** Says that this process is there, and all that it holds; what others held who said nothing for long goes. */
export async function keepSlots({ orm }: Database, processId: string, held: readonly HeldSlots[]): Promise<void> {
  await orm.execute(sql`
    with kept as (
      insert into work.key_slots (process_id, api_key_id, kind, count, held_until)
      select ${processId}::uuid, api_key_id, kind, count, now() + ${HELD_FOR}
      from unnest(
        ${sql.param(held.map(({ keyId }) => apiKeyIds.toUuid(keyId)))}::uuid[],
        ${sql.param(held.map(({ kind }) => kind))}::text[], ${sql.param(held.map(({ count }) => count))}::integer[]
      ) as asked (api_key_id, kind, count)
      on conflict (process_id, api_key_id, kind)
        do update set count = excluded.count, held_until = excluded.held_until
    )
    delete from work.key_slots where held_until < now() - interval '1 minute' 
      and (process_id <> ${processId}::uuid or count = 0)`);
}

export async function dropSlots({ orm }: Database, processId: string): Promise<void> {
  await orm.execute(sql`delete from work.key_slots where process_id = ${processId}::uuid`);
}
