import { sql } from 'drizzle-orm';
import type { Database, Executor } from '../../../database/database.js';
import { channelIds, type ChannelId } from '../../kernel/ids.js';
import { keyColumns, subjectColumns, subjectOf, type DispatchSubject, type SubjectRow } from './dispatch.js';
import { LOOK_UP_AFTER_MS } from './look-up-times.js';

/** A call whose provider may be asked now. */
export interface DueLookUp {
  readonly subject: DispatchSubject;
  /** False: somebody has settled it meanwhile, and nobody needs to ask. */
  readonly isUnknown: boolean;
  /** The number of the call. */
  readonly call: number;
  /** Undefined: what was sent isn't known, so there is nothing to ask for. */
  readonly address: string | undefined;
  readonly calledAt: Date;
}

interface DueRow extends SubjectRow {
  readonly is_unknown: boolean;
  readonly call: number;
  readonly address: string | null;
  readonly called_at_ms: number;
}

/** The longest due first, from a partial index that holds nothing else; channels that are being asked enough are left out. */
export async function findDueLookUps(
  executor: Executor,
  busy: readonly ChannelId[],
  limit: number,
): Promise<readonly DueLookUp[]> {
  const found = await executor.execute<DueRow>(sql`
    select ${subjectColumns}, d.state = 'unknown' as is_unknown, d.call, d.payload ->> 'address' as address,
      (extract(epoch from coalesce(d.called_at, d.created_at)) * 1000)::float8 as called_at_ms
    from work.dispatches d
    where d.look_up_at <= (select clock_timestamp())
      and d.channel_id <> all(${sql.param(busy.map((id) => channelIds.toUuid(id)))}::uuid[])
    order by d.look_up_at limit ${limit}`);
  return found.rows.map((row) => ({
    ...{ subject: subjectOf(row), isUnknown: row.is_unknown, call: row.call, address: row.address ?? undefined },
    calledAt: new Date(row.called_at_ms),
  }));
}

/** `asked`: this process asks now, and whoever looks next does so later; `postponed`: the channel is disabled; `dropped`: nobody asks any more. */
export type LookUpFate = 'asked' | 'postponed' | 'dropped';

export interface FatedLookUp {
  readonly due: DueLookUp;
  readonly fate: LookUpFate;
}

/** A disabled channel may come back; its calls are looked at again so often. */
const POSTPONED_SECONDS = 60;

/**
 * Moves `look_up_at` on, which is the lease: of two dispatchers that saw the same row one finds it due. Rows that
 * somebody else has locked are being settled, and are passed over. Answers the ones to ask about.
 */
export async function takeLookUps(database: Database, fated: readonly FatedLookUp[]): Promise<readonly DueLookUp[]> {
  if (fated.length === 0) return [];
  const seconds = LOOK_UP_AFTER_MS.map((ms) => ms / 1_000);
  const taken = await database.orm.execute<{ place: bigint }>(sql`
    with due as (
      select d.message_id, d.attempt, d.part, c.fate, c.place
      from unnest(${keyColumns(fated.map(({ due }) => due.subject))}, ${sql.param(fated.map(({ fate }) => fate))}::text[])
        with ordinality as c(message_id, attempt, part, fate, place)
      join work.dispatches d on d.message_id = c.message_id and d.attempt = c.attempt and d.part = c.part
      where d.look_up_at <= clock_timestamp() and (d.state = 'unknown' or c.fate <> 'asked')
      for update of d skip locked
    ), moved as (
      update work.dispatches d
      set look_ups = d.look_ups + (due.fate = 'asked')::int,
        look_up_at = case due.fate
          when 'asked' then clock_timestamp()
            + make_interval(secs => (${sql.param(seconds)}::float8[])[d.look_ups + 2])
          when 'postponed' then clock_timestamp() + make_interval(secs => ${POSTPONED_SECONDS}) end
      from due
      where d.message_id = due.message_id and d.attempt = due.attempt and d.part = due.part
      returning due.fate, due.place
    )
    select place from moved where fate = 'asked'`);
  const places = new Set(taken.rows.map(({ place }) => Number(place) - 1));
  return fated.flatMap(({ due }, place) => (places.has(place) ? [due] : []));
}
