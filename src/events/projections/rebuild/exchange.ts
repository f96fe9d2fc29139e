import { sql, type SQL } from 'drizzle-orm';
import type { Transaction } from '../../../database/database.js';
import { sqlStateOf } from '../../../database/errors.js';
import { pause } from '../../../lifecycle.js';
import { OperationRefusedError } from '../../../operations/operation.js';
import { LIVE_COPY } from '../read-copy.js';
import { exchangeNames, findCopy, structureOf, type CopyId } from './copies.js';
import { servedPositions, type CopyWork } from './copy-work.js';

/** A backup that reads everything for an hour is in the way all the while. */
const TRIES_FOR_MS = 10 * 60_000;
/** Each time twice as long: a try that fails holds up the projector and whoever reads the journal. */
const TRY_AGAIN_MS = { first: 500, max: 10_000 } as const;
/** Postgres ends an autovacuum that somebody has waited for for `deadlock_timeout`, mostly 1 s. Nobody waits behind this. */
const VACUUM_LEAVES_WITHIN = sql`'5s'`;
/** What the projector's batch takes; the next one waits. */
const PROJECTOR_LEAVES_WITHIN = sql`'2s'`;
/** Others who read the journal queue up behind this one. Below `deadlock_timeout`: nobody of them is ended. */
const READERS_LEAVE_WITHIN = sql`'700ms'`;
/** Until the follower has passed what is served: the projector waits for it. */
const LAST_BATCH_WITHIN_MS = 1_000;

/** Somebody was at the tables, or too much came meanwhile: it is tried again. */
class BusyError extends Error {
  override readonly name = 'BusyError';
}

/**
 * Puts `read_next`, which has passed its positions, in the place of what is served, and keeps that as `read_previous`.
 * Cursors stay right, for they are positions of the log, and the journal has the same events at the same positions.
 * @returns for how long the projector stood still, in milliseconds
 * @throws OperationRefusedError the tables were never free, or are others than when this began
 */
export async function exchange(work: CopyWork, id: CopyId): Promise<number> {
  const { database, signal, report } = work;
  const deadline = performance.now() + TRIES_FOR_MS;
  report({ step: 'Exchanging the read models' });
  for (let pauseMs: number = TRY_AGAIN_MS.first; ; pauseMs = Math.min(pauseMs * 2, TRY_AGAIN_MS.max)) {
    await work.follower.reaches(await servedPositions(work));
    try {
      return await database.transaction((tx) => exchangeIn(tx, work, id));
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() > deadline)
        throw new OperationRefusedError(
          `Somebody has been reading the tables for ${TRIES_FOR_MS / 60_000} minutes (a backup?): run it again when that is over.`,
        );
    }
    report({ step: 'Waiting for a moment in which nobody holds the journal' });
    await pause(pauseMs, signal);
  }
}

/** A lock that didn't come in time, or was one of a circle. */
const isBusy = (error: unknown): boolean =>
  error instanceof BusyError || ['55P03', '40P01'].includes(sqlStateOf(error) ?? '');

/**
 * The order of the locks: `positions` first, as everybody who writes here does.
 *
 * With that one exclusive, a projector waits at its first statement, and then finds the new table by its name; readers
 * go on. Where the new copy is ahead by then, the projector's commit fails, and it goes on from there (rule 10). Only then
 * the journal and the positions are taken from their readers, too, in the order in which a page of the journal names them:
 * a statement that is just looking them up must not find one of each copy, for it would pass over what it doesn't see.
 */
async function exchangeIn(tx: Transaction, { follower, log }: CopyWork, id: CopyId): Promise<number> {
  await lock(tx, await tablesOf(tx), sql`share update exclusive`, VACUUM_LEAVES_WITHIN);
  const since = performance.now();
  await lock(tx, [sql`read.positions`], sql`exclusive`, PROJECTOR_LEAVES_WITHIN);
  const at = await LIVE_COPY.positions.load(tx, log.partitionCount);
  if (!(await follower.reaches(at, LAST_BATCH_WITHIN_MS))) throw new BusyError('The last batch is not folded yet.');
  await refuseAnother(tx, id);
  await lock(tx, [sql`read.events`], sql`access exclusive`, READERS_LEAVE_WITHIN);
  await lock(tx, [sql`read.positions`], sql`access exclusive`, READERS_LEAVE_WITHIN);
  await exchangeNames(tx);
  await tx.execute(sql`select pg_notify('parley_read_models', ''), pg_notify('parley_journal', '')`);
  return performance.now() - since;
}

async function lock(tx: Transaction, tables: readonly SQL[], mode: SQL, within: SQL): Promise<void> {
  if (tables.length === 0) return;
  await tx.execute(sql`set local lock_timeout = ${within}`);
  await tx.execute(sql`lock table ${sql.join([...tables], sql`, `)} in ${mode} mode`);
}

async function tablesOf(tx: Transaction): Promise<readonly SQL[]> {
  const found = await tx.execute<{ schema: string; name: string }>(sql`
    select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('read', 'read_next', 'read_previous') and c.relkind = 'r' order by 1, 2`);
  return found.rows.map(({ schema, name }) => sql`${sql.identifier(schema)}.${sql.identifier(name)}`);
}

/** Another process may have begun anew, or an upgrade may have changed the tables, after this copy was made. */
async function refuseAnother(tx: Transaction, id: CopyId): Promise<void> {
  const found = await findCopy(tx, 'read_next');
  if (found?.id !== id) throw new OperationRefusedError('Another process has begun anew: its read models count.');
  if ((await structureOf(tx, 'read_next')) !== (await structureOf(tx, 'read')))
    throw new OperationRefusedError('An upgrade has changed the tables meanwhile: run it again.');
}
