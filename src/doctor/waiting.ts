import type { Pool } from 'pg';
import { EVENT_CATALOG } from '../events/catalog.js';
import type { Check } from './check.js';
import { counted, ok, problem, remark, type Finding } from './finding.js';
import { printable } from '../printable.js';

/** Whether any process of this Parley is connected to the database. */
type IsRunning = () => Promise<boolean>;

/** What waits in Postgres, for the log, for a provider or for a person. */
export const waitingChecks = (pool: Pool, isRunning: IsRunning): readonly Check[] => [
  { code: 'DEAD_LETTERS', what: 'the dead letters', run: () => checkDeadLetters(pool) },
  { code: 'UNFOLDED', what: 'the events that no version folded', run: () => checkUnfolded(pool) },
  { code: 'OUTBOX', what: 'the outbox', run: () => checkOutbox(pool, isRunning) },
  { code: 'LEASES', what: 'the leases', run: () => checkLeases(pool, isRunning) },
  { code: 'OUTCOMES', what: 'the unknown outcomes', run: () => checkOutcomes(pool) },
  { code: 'PARKED', what: 'the parked receipts', run: () => checkParked(pool) },
];

/** A fresh one is a problem; one that somebody has left there for a day is known. */
async function checkDeadLetters(pool: Pool): Promise<readonly Finding[]> {
  const { rows } = await pool.query<{ consumer: string; topic: string; count: number; fresh: number }>(`
    select consumer, topic, count(*)::int as count,
      (count(*) filter (where recorded_at > now() - interval '1 day'))::int as fresh
    from work.dead_letters group by consumer, topic order by consumer, topic`);
  if (rows.length === 0) return [ok('DEAD_LETTERS', 'There are no dead letters.')];
  const remedy =
    '`parley redrive --list` shows place and reason: look who writes to the topic besides Parley, or give them again.';
  return rows.map(({ consumer, topic, count, fresh }) => {
    const said = `${printable(consumer)}: ${counted(count, 'dead letter')} of ${printable(topic)}`;
    return fresh > 0
      ? problem('DEAD_LETTERS', `${said}, ${fresh} of the last day.`, remedy)
      : remark('DEAD_LETTERS', `${said}, none of the last day.`, remedy);
  });
}

async function checkUnfolded(pool: Pool): Promise<readonly Finding[]> {
  const { rows } = await pool.query<{ type: string; version: number; count: number }>(`
    select type, (value->>'version')::int as version, count(*)::int as count
    from read.events where not is_folded group by 1, 2 order by 1, 2`);
  if (rows.length === 0) return [ok('UNFOLDED', 'Every event of the journal is folded.')];
  return rows.map(({ type, version, count }) => {
    const said = `${counted(count, 'event')} of ${printable(type)} version ${version}`;
    return (EVENT_CATALOG.get(type)?.version ?? 0) >= version
      ? problem('REBUILD_NEEDED', `${said} came before this version, which knows them.`, 'Run `parley rebuild`.')
      : remark(
          'UNFOLDED',
          `${said} are of a newer version, and wait for it.`,
          'Run the newer version, then `parley rebuild`.',
        );
  });
}

async function checkOutbox(pool: Pool, isRunning: IsRunning): Promise<readonly Finding[]> {
  const { rows } = await pool.query<{ count: number; minutes: number }>(`
    select count(*)::int as count, coalesce(extract(epoch from now() - min(created_at)) / 60, 0)::float8 as minutes
    from work.outbox where created_at < now() - interval '1 minute'`);
  const { count = 0, minutes = 0 } = rows[0] ?? {};
  if (count === 0) return [ok('OUTBOX', 'Nothing waits in the outbox.')];
  const said = `${counted(count, 'event')} in the outbox, for up to ${Math.round(minutes)} min`;
  if (!(await isRunning())) return [remark('OUTBOX', `${said}: a running Parley appends them.`)];
  return [
    problem(
      'OUTBOX',
      `${said}: nobody appends them.`,
      'See whether the log takes anything, and what the log of Parley says.',
    ),
  ];
}

async function checkLeases(pool: Pool, isRunning: IsRunning): Promise<readonly Finding[]> {
  const { rows } = await pool.query<{ count: number }>(`
    select count(*)::int as count from work.dispatches
    where state in ('claimed', 'calling', 'in_doubt') and lease_until < now() - interval '1 minute'`);
  const { count = 0 } = rows[0] ?? {};
  if (count === 0) return [ok('LEASES', 'No lease ran out unnoticed.')];
  const said = `${counted(count, 'call')} whose lease ran out more than a minute ago`;
  if (!(await isRunning())) return [remark('LEASES', `${said}: a dispatcher takes them up.`)];
  return [
    problem(
      'LEASES',
      `${said}: no dispatcher takes them up.`,
      'Start a process with the role dispatcher, or see what /readyz of it says.',
    ),
  ];
}

async function checkOutcomes(pool: Pool): Promise<readonly Finding[]> {
  const { rows } = await pool.query<{ asked: number; waiting: number }>(`
    select (count(*) filter (where look_up_at is not null))::int as asked,
      (count(*) filter (where look_up_at is null))::int as waiting
    from work.dispatches where state = 'unknown'`);
  const { asked = 0, waiting = 0 } = rows[0] ?? {};
  if (asked + waiting === 0) return [ok('OUTCOMES', 'Of every call it is known what became of it.')];
  return [
    ...(asked > 0
      ? [remark('OUTCOMES_ASKED', `Of ${counted(asked, 'call')} the provider is still asked what became of it.`)]
      : []),
    ...(waiting > 0
      ? [
          remark(
            'OUTCOMES',
            `${counted(waiting, 'unknown outcome')} for a person to decide.`,
            'Decide by resolveMessage, in GraphQL.',
          ),
        ]
      : []),
  ];
}

/** Most find their message within moments; what is given up after a day becomes `receipt.orphaned`. */
async function checkParked(pool: Pool): Promise<readonly Finding[]> {
  const { rows } = await pool.query<{ count: number; hours: number }>(`
    select count(*)::int as count, coalesce(extract(epoch from now() - min(parked_at)) / 3600, 0)::float8 as hours
    from work.parked_receipts`);
  const { count = 0, hours = 0 } = rows[0] ?? {};
  const said = `${counted(count, 'parked receipt')}, for up to ${hours.toFixed(1)} h.`;
  if (hours < 1) return [ok('PARKED', count === 0 ? 'No receipt is parked.' : said)];
  return [
    remark('PARKED', said, 'They wait for their messages for 24 h: see whether somebody else sends on these channels.'),
  ];
}
