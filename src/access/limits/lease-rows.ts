import { sql } from 'drizzle-orm';
import type { Database } from '../../database/database.js';
import { apiKeyIds, type ApiKeyId } from '../../events/kernel/ids.js';
import type { BudgetKind, Rate } from './quota.js';
import type { Leased } from './slice.js';

/** Of a bucket as many as are needed, all or none of them, and up to `more` beyond; a negative `more` gives back. */
export interface LeaseAsk {
  readonly keyId: ApiKeyId;
  readonly kind: BudgetKind;
  readonly need: number;
  readonly more: number;
  readonly rate: Rate;
}

interface LeasedRow extends Record<string, unknown> {
  place: number;
  granted: number;
  left: number;
}

/**
 * Leases of each bucket, none of which is named twice, in their order. A bucket that nobody has used is full.
 * Commits without waiting for the disk: the table is unlogged.
 */
export async function leaseTokens(database: Database, asks: readonly LeaseAsk[]): Promise<readonly Leased[]> {
  const found = await lease(database, asks);
  const missing = asks.filter((_, place) => !found.has(place));
  if (missing.length > 0) {
    await makeBuckets(database, missing);
    const again = await lease(database, missing);
    missing.forEach((ask, place) => found.set(asks.indexOf(ask), again.get(place) ?? { granted: 0, left: 0 }));
  }
  return asks.map((_, place) => found.get(place) ?? { granted: 0, left: 0 });
}

const uuidsOf = (asks: readonly LeaseAsk[]) => sql.param(asks.map(({ keyId }) => apiKeyIds.toUuid(keyId)));
const kindsOf = (asks: readonly LeaseAsk[]) => sql.param(asks.map(({ kind }) => kind));

/**
 * Locks in one order, so that two processes wait for each other and close no circle. By the database's clock; a row from
 * its future is one from before it was set back, and counts as of now.
 */
async function lease({ orm }: Database, asks: readonly LeaseAsk[]): Promise<Map<number, Leased>> {
  const { rows } = await orm.execute<LeasedRow>(sql`
    with asked as (
      select * from unnest(
        ${uuidsOf(asks)}::uuid[], ${kindsOf(asks)}::text[],
        ${sql.param(asks.map(({ need }) => need))}::float8[], ${sql.param(asks.map(({ more }) => more))}::float8[],
        ${sql.param(asks.map(({ rate }) => rate.perSecond))}::float8[],
        ${sql.param(asks.map(({ rate }) => rate.burst))}::float8[]
      ) with ordinality as asked (api_key_id, kind, need, more, per_second, burst, place)
    ), locked as (
      select asked.*, b.tokens, b.refilled_at
      from work.key_budgets b join asked using (api_key_id, kind)
      order by b.api_key_id, b.kind for update of b
    ), aged as (
      select locked.*, moment.at,
        least(burst, tokens + per_second * greatest(0, extract(epoch from moment.at - refilled_at))) as level
      from locked cross join lateral (
        select case when refilled_at > clock_timestamp() + interval '1 second' then clock_timestamp()
          else greatest(refilled_at, clock_timestamp()) end as at
      ) moment
    ), judged as (
      select aged.*, case when level < need then 0 else floor(least(level, need + more)) end as granted from aged
    )
    update work.key_budgets b set tokens = least(judged.burst, judged.level - judged.granted), refilled_at = judged.at
    from judged where b.api_key_id = judged.api_key_id and b.kind = judged.kind
    returning judged.place::integer - 1 as place, judged.granted::float8 as granted, b.tokens as left`);
  return new Map(rows.map(({ place, granted, left }) => [place, { granted, left }]));
}

async function makeBuckets({ orm }: Database, asks: readonly LeaseAsk[]): Promise<void> {
  await orm.execute(sql`
    insert into work.key_budgets (api_key_id, kind, tokens, refilled_at)
    select * from unnest(
      ${uuidsOf(asks)}::uuid[], ${kindsOf(asks)}::text[], ${sql.param(asks.map(({ rate }) => rate.burst))}::float8[]
    ) as asked (api_key_id, kind, tokens), clock_timestamp()
    order by api_key_id, kind on conflict do nothing`);
}
