import type { Pool } from 'pg';
import { channelIds } from '../events/kernel/ids.js';
import { printable } from '../printable.js';
import type { Check } from './check.js';
import { counted, ok, remark, type Finding } from './finding.js';

/** Of each partition only the last so many events are looked at: the journal has no index by time, and may be huge. */
const LOOKED_AT_MAX = 20_000;
/** Different reasons that are told. */
const REASONS_MAX = 20;
const REASON_LENGTH_MAX = 120;

/** What the events of the last day say of webhooks that nobody could use. */
export const journalChecks = (pool: Pool): readonly Check[] => [
  { code: 'WEBHOOKS_UNINTERPRETED', what: 'the webhooks that nobody understood', run: () => checkUninterpreted(pool) },
  { code: 'RECEIPTS_ORPHANED', what: 'the receipts without a message', run: () => checkOrphans(pool) },
];

const LAST_DAY = `
  (select distinct partition from read.positions) as partitions
  cross join lateral (
    select type, channel_id, recorded_at, value from read.events as one
    where one.partition = partitions.partition order by "offset" desc limit ${LOOKED_AT_MAX}
  ) as event
  where event.recorded_at > now() - interval '1 day'`;

interface Row {
  readonly channel_id: string | null;
  readonly reason: string | null;
  readonly count: number;
}

async function checkUninterpreted(pool: Pool): Promise<readonly Finding[]> {
  const { rows } = await pool.query<Row>(`
    select channel_id, left(value->'data'->>'reason', ${REASON_LENGTH_MAX}) as reason, count(*)::int as count
    from ${LAST_DAY} and event.type = 'webhook.uninterpreted'
    group by 1, 2 order by 3 desc limit ${REASONS_MAX}`);
  if (rows.length === 0) return [ok('WEBHOOKS_UNINTERPRETED', 'Every webhook of the last day was understood.')];
  return rows.map((row) =>
    remark(
      'WEBHOOKS_UNINTERPRETED',
      `${counted(row.count, 'webhook')} of the last day on ${channelOf(row)} not understood: ${printable(row.reason ?? 'no reason')}.`,
      'A newer version may understand them: `parley reinterpret` reads them again.',
    ),
  );
}

async function checkOrphans(pool: Pool): Promise<readonly Finding[]> {
  const { rows } = await pool.query<Row>(`
    select channel_id, null as reason, count(*)::int as count
    from ${LAST_DAY} and event.type = 'receipt.orphaned' group by 1 order by 3 desc limit ${REASONS_MAX}`);
  if (rows.length === 0) return [ok('RECEIPTS_ORPHANED', 'Every receipt of the last day found its message.')];
  return rows.map((row) =>
    remark(
      'RECEIPTS_ORPHANED',
      `${counted(row.count, 'receipt')} of the last day on ${channelOf(row)} without a message here.`,
      'See whether somebody else sends on this channel.',
    ),
  );
}

const channelOf = ({ channel_id }: Row): string =>
  channel_id === null ? 'no channel' : channelIds.fromUuid(channel_id);
