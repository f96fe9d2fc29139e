import type { Transaction } from '../../../database/database.js';
import { hasPassed } from '../../kernel/cursor.js';
import { LIVE_COPY } from '../read-copy.js';
import { NEXT_COPY, type CopyWork } from './copy-work.js';
import { digestOf, findComparedTables, type ComparedTable } from './digests.js';
import { findDifferences, ROWS_TOLD_MAX, type Differences } from './differences.js';

/**
 * Compares both copies at one vector (rule 15): a snapshot of what is served gives its positions and its digests, and the
 * other is folded exactly up to there. Only tables with another digest are then read row by row.
 */
export async function compareCopies(work: CopyWork): Promise<Differences> {
  const { patient, log, follower } = work;
  return patient.transaction(
    async (served) => {
      const at = await LIVE_COPY.positions.load(served, log.partitionCount);
      follower.allow(at);
      await follower.reaches(at);
      const tables = await findComparedTables(served);
      return patient.transaction(
        async (folded) => {
          const reached = await NEXT_COPY.positions.load(folded, log.partitionCount);
          if (!hasPassed(at, reached)) throw new Error('Postgres has lost its last commits meanwhile: run it again.');
          return compareTables(work, { served, folded }, tables);
        },
        { isSnapshot: true },
      );
    },
    { isSnapshot: true },
  );
}

async function compareTables(
  { report }: CopyWork,
  copies: { readonly served: Transaction; readonly folded: Transaction },
  tables: readonly ComparedTable[],
): Promise<Differences> {
  let all: Differences = { count: 0, rows: [] };
  for (const table of tables) {
    report({ step: `Comparing ${table.name}` });
    const [mine, other] = await Promise.all([
      digestOf(copies.served, 'read', table),
      digestOf(copies.folded, 'read_next', table),
    ]);
    if (mine === other) continue;
    report({ step: `Looking for the differences in ${table.name}` });
    const found = await findDifferences(copies, table);
    all = { count: all.count + found.count, rows: [...all.rows, ...found.rows].slice(0, ROWS_TOLD_MAX) };
  }
  return all;
}
