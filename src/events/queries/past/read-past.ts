import { sql, type SQL } from 'drizzle-orm';
import type { Executor } from '../../../database/database.js';
import { parseEvent } from '../../codec.js';
import type { ParleyEvent } from '../../catalog.js';
import type { EventEnvelope, EventPosition, RecordedEvent } from '../../kernel/event.js';
import { workspaceIds, type WorkspaceId } from '../../kernel/ids.js';

/** About 1 MiB in memory at once, however much somebody said about one message. */
const PAGE_SIZE = 1_000;

/** An event as the journal holds it. */
export interface PastRow extends Record<string, unknown> {
  readonly partition: number;
  readonly offset: bigint;
  readonly value: EventEnvelope;
}

/** Which events, said of `e`, a row of the journal. */
export interface PastCondition {
  /** An index must serve it. */
  readonly about: SQL;
  /** A join with whatever bounds them. */
  readonly until: SQL;
}

/** What the read models folded of some events, in the order of positions, page by page. */
export async function* readPast(
  executor: Executor,
  workspace: WorkspaceId,
  condition: PastCondition,
): AsyncGenerator<RecordedEvent<ParleyEvent>> {
  for (let last: EventPosition | undefined; ;) {
    const found = await executor.execute<PastRow>(pageStatement(workspace, condition, last));
    yield* found.rows.map(recordedOf);
    const end = found.rows.at(-1);
    if (end === undefined || found.rows.length < PAGE_SIZE) return;
    last = { partition: end.partition, offset: end.offset };
  }
}

/** Materialized: else the planner may walk the journal in its order to find the few that fit. */
const pageStatement = (
  workspace: WorkspaceId,
  { about, until }: PastCondition,
  last: EventPosition | undefined,
): SQL => sql`
  with fit as materialized (
    select e.partition, e."offset" from read.events e ${until}
    where e.workspace_id = ${workspaceIds.toUuid(workspace)} and ${about} and e.is_folded
      and (e.partition, e."offset") > (${last?.partition ?? -1}::int, ${last?.offset ?? 0n}::bigint)
  )
  select e.partition, e."offset", e.value
  from (select * from fit order by partition, "offset" limit ${PAGE_SIZE}) picked
  join read.events e on e.partition = picked.partition and e."offset" = picked."offset"
  order by e.partition, e."offset"`;

/** @throws TypeError for what the read models can't have folded: this build is not the one that wrote them */
export function recordedOf({ partition, offset, value }: PastRow): RecordedEvent<ParleyEvent> {
  const parsed = parseEvent(value);
  if (parsed.kind !== 'event') throw new TypeError(`${value.type} was folded, and can't be read any more.`);
  return { event: parsed.event, position: { partition, offset } };
}
