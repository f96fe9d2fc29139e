import { sql } from 'drizzle-orm';
import type { Executor } from '../../database/database.js';
import { EVENT_CATALOG } from '../catalog.js';

/** What is to be known of the copy that is served. */
export interface CopyFacts {
  /** Another after each exchange: the table keeps its number when its schema is renamed. */
  readonly id: string;
  /** The journal holds events that an older version didn't know and this one does: only a rebuild folds them. */
  readonly needsRebuild: boolean;
}

export async function inspectCopy(executor: Executor): Promise<CopyFacts> {
  const found = await executor.execute<{ id: string; unfolded: readonly Unfolded[] | null }>(sql`
    select 'read.positions'::regclass::oid::text as id,
      (select jsonb_agg(distinct jsonb_build_object('type', type, 'version', (value->>'version')::int))
        from read.events where not is_folded) as unfolded`);
  const [{ id, unfolded } = { id: '', unfolded: null }] = found.rows;
  return { id, needsRebuild: (unfolded ?? []).some(isKnownNow) };
}

/** Of events that the version which journaled them didn't know. */
interface Unfolded {
  readonly type: string;
  readonly version: number;
}

const isKnownNow = ({ type, version }: Unfolded): boolean => (EVENT_CATALOG.get(type)?.version ?? 0) >= version;
