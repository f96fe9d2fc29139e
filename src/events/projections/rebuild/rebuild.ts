import { sql } from 'drizzle-orm';
import { compareCopies } from './compare.js';
import { createNext, findMissingIndexes, PREVIOUS_KEPT_HOURS } from './copies.js';
import {
  eventsIn,
  foldUpToServed,
  followFromNowOn,
  withNextCopy,
  type CopyControl,
  type CopyDeps,
  type CopyWork,
} from './copy-work.js';
import { findComparedTables } from './digests.js';
import type { RowDifference } from './differences.js';
import { exchange } from './exchange.js';

/** What a rebuild came to. Holds no content. */
export interface RebuildResult {
  /** Whether what was folded anew is served now. */
  readonly isExchanged: boolean;
  /** Records that were folded, up to the comparison. */
  readonly events: number;
  /** Rows in which the two copies differed at the comparison. */
  readonly differenceCount: number;
  /** The first of them. */
  readonly differences: readonly RowDifference[];
  /** Of the folding alone, up to the comparison, in milliseconds. */
  readonly foldedInMs: number;
  /** For how long nothing was projected during the exchange, in milliseconds; null where there was none. */
  readonly pausedForMs: number | null;
  /** For how long `read_previous` is kept; 0 where nothing was exchanged. */
  readonly previousKeptHours: number;
}

export interface RebuildOptions extends CopyControl {
  /** Exchange also what differs. */
  readonly isAccepted: boolean;
}

/** Of folding before the comparison, whose snapshot holds up what Postgres tidies: it is to be short. */
const ROUNDS = 3;

/**
 * Folds the log from its beginning into a second copy of the read models, compares it with what is served, and puts it in
 * its place (rule 15). Serving goes on, and nothing is sent.
 * @throws OperationRefusedError
 */
export async function rebuildReadModels(
  deps: CopyDeps,
  { isAccepted, ...control }: RebuildOptions,
): Promise<RebuildResult> {
  const id = await deps.database.transaction((tx) => createNext(tx));
  return withNextCopy(deps, control, id, async (work) => {
    const beganAt = performance.now();
    await foldUpToServed(work, 'Folding the log anew', ROUNDS);
    const foldedInMs = Math.round(performance.now() - beganAt);
    await completeTables(work);
    const { count, rows } = await compareCopies(work);
    const told = {
      ...{ events: Number(eventsIn(work.follower.positions())), foldedInMs },
      ...{ differenceCount: count, differences: rows },
    };
    if (count > 0 && !isAccepted) return { isExchanged: false, ...told, pausedForMs: null, previousKeptHours: 0 };
    await followFromNowOn(work, 'Folding what came meanwhile');
    const pausedForMs = Math.round(await exchange(work, id));
    return { isExchanged: true, ...told, pausedForMs, previousKeptHours: PREVIOUS_KEPT_HOURS };
  });
}

/** Indexes are made once the rows are there, and Postgres is told what the tables hold: it plans by that at once. */
async function completeTables({ patient, report, signal }: CopyWork): Promise<void> {
  const statements = await findMissingIndexes(patient.orm);
  for (const [done, statement] of statements.entries()) {
    signal.throwIfAborted();
    report({ step: 'Building indexes', done, total: statements.length });
    await patient.orm.execute(sql.raw(statement));
  }
  for (const { name } of await findComparedTables(patient.orm))
    await patient.orm.execute(sql`analyze read_next.${sql.identifier(name)}`);
}
