import { sql } from 'drizzle-orm';
import type { Orm } from '../../../database/database.js';
import { AppError } from '../../../errors.js';
import { evolveConversation } from '../../conversation/evolve.js';
import type { ConversationState } from '../../conversation/state.js';
import type { Vector } from '../../kernel/cursor.js';
import {
  contactIds,
  conversationIds,
  workspaceIds,
  type ContactId,
  type ConversationId,
  type WorkspaceId,
} from '../../kernel/ids.js';
import { SNAPSHOT_EVERY, stateOfSnapshot } from '../../projections/conversation-snapshots.js';
import { isOfConversation } from '../../projections/read-models.js';
import { vectorRows } from '../../projections/vector-rows.js';
import { uuidsOf } from '../by-id.js';
import type { PastFinders } from '../finders.js';
import { byTime, keysetPage, timePlace } from '../keyset.js';
import { recordedOf, type PastRow } from './read-past.js';

/** Of one contact; today it has one for each of its addresses, and an address is of one channel. */
const CONVERSATIONS_MAX = 1_000;
/** Conversations whose events are in memory at once: at most so many times `SNAPSHOT_EVERY`, about 5 MiB. */
const FOLDED_AT_ONCE = 25;

/** Conversations as their events below a vector make them: from the last snapshot before it, at most 200 each. */
export function createPastConversations(
  orm: Orm,
  until: Vector,
): Pick<PastFinders, 'conversations' | 'conversationsOfContact'> {
  const conversations = async (workspace: WorkspaceId, ids: readonly ConversationId[]) => {
    const states = new Map<ConversationId, ConversationState>();
    for (let begin = 0; begin < ids.length; begin += FOLDED_AT_ONCE)
      await foldConversations(orm, workspace, ids.slice(begin, begin + FOLDED_AT_ONCE), until, states);
    return ids.map((id) => states.get(id));
  };
  return {
    conversations,
    async conversationsOfContact(workspace, contact, page) {
      const ids = await findOfContact(orm, workspace, contact);
      const found = await conversations(workspace, ids);
      const states = new Map(found.flatMap((state) => (state?.contactId === contact ? [[state.id, state]] : [])));
      return keysetPage({
        scope: `conversations/${workspace}`,
        order: byTime(sql`given.at`, sql`given.id`, 'descending'),
        page,
        select: async ({ range, orderBy, rowCount }) => {
          const rows = await orm.execute<{ id: string }>(sql`
            select given.id from unnest(${sql.param(uuidsOf(conversationIds, [...states.keys()]))}::uuid[],
              ${sql.param([...states.values()].map(({ lastActivityAt }) => lastActivityAt))}::timestamptz[]) as given(id, at)
            where ${range ?? sql`true`} order by ${sql.join([...orderBy], sql`, `)} limit ${rowCount}`);
          return rows.rows.flatMap(({ id }) => states.get(conversationIds.fromUuid(id)) ?? []);
        },
        placeOf: ({ lastActivityAt, id }) => timePlace(new Date(lastActivityAt), conversationIds.toUuid(id)),
        toItem: (state) => state,
      });
    },
  };
}

async function findOfContact(orm: Orm, workspace: WorkspaceId, contact: ContactId): Promise<ConversationId[]> {
  const found = await orm.execute<{ id: string }>(sql`
    select c.id from read.conversations c
    where c.workspace_id = ${workspaceIds.toUuid(workspace)} and c.contact_id = ${contactIds.toUuid(contact)}
    limit ${CONVERSATIONS_MAX + 1}`);
  if (found.rows.length > CONVERSATIONS_MAX)
    throw new AppError('QUERY_TOO_COMPLEX', `A contact with more than ${CONVERSATIONS_MAX} conversations has no past.`);
  return found.rows.map(({ id }) => conversationIds.fromUuid(id));
}

/** Puts those that there were into `states`. Conversations older than their snapshots take several rounds. */
async function foldConversations(
  orm: Orm,
  workspace: WorkspaceId,
  ids: readonly ConversationId[],
  until: Vector,
  states: Map<ConversationId, ConversationState>,
): Promise<void> {
  const starts = new Map(ids.map((id) => [id, 0n]));
  for (const row of await findSnapshots(orm, workspace, ids, until)) {
    const id = conversationIds.fromUuid(row.conversation_id);
    starts.set(id, row.next_offset);
    states.set(id, stateOfSnapshot({ state: row.state, hasAddress: row.has_address }, row.address));
  }
  while (starts.size > 0) {
    const rows = await findEvents(orm, workspace, starts, until);
    const counts = new Map<ConversationId, number>();
    for (const row of rows) {
      const { event, position } = recordedOf(row);
      if (!isOfConversation(event) || event.conversationId === undefined) continue;
      const id = event.conversationId;
      states.set(id, evolveConversation(states.get(id), { event, position }, row.is_added));
      starts.set(id, position.offset + 1n);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    for (const id of [...starts.keys()]) if ((counts.get(id) ?? 0) < SNAPSHOT_EVERY) starts.delete(id);
  }
}

interface SnapshotRow extends Record<string, unknown> {
  readonly conversation_id: string;
  readonly next_offset: bigint;
  readonly state: unknown;
  readonly has_address: boolean;
  /** As it is now. */
  readonly address: string | null;
}

/** The last snapshot of each that lies wholly below the vector. */
async function findSnapshots(orm: Orm, workspace: WorkspaceId, ids: readonly ConversationId[], until: Vector) {
  const found = await orm.execute<SnapshotRow>(sql`
    select last.*, c.address
    from unnest(${sql.param(uuidsOf(conversationIds, ids))}::uuid[]) as asked(id)
    cross join lateral (
      select s.conversation_id, s.next_offset, s.state, s.has_address from read.conversation_snapshots s
      where s.workspace_id = ${workspaceIds.toUuid(workspace)} and s.conversation_id = asked.id and s.next_offset <= (
        select until."offset" from ${vectorRows(until)} as until(partition, "offset") where until.partition = s.partition)
      order by s.next_offset desc limit 1
    ) last
    join read.conversations c on c.id = asked.id`);
  return found.rows;
}

interface EventRow extends PastRow {
  /** What its message's fold said when the projector folded it. */
  readonly is_added: boolean;
}

/** The next events of each, at most as many as lie between two snapshots. */
async function findEvents(
  orm: Orm,
  workspace: WorkspaceId,
  starts: ReadonlyMap<ConversationId, bigint>,
  until: Vector,
): Promise<readonly EventRow[]> {
  const found = await orm.execute<EventRow>(sql`
    select next.partition, next."offset", next.value, coalesce(t.is_added, false) as is_added
    from unnest(${sql.param(uuidsOf(conversationIds, [...starts.keys()]))}::uuid[],
      ${sql.param([...starts.values()].map(String))}::bigint[]) as start(id, "offset")
    cross join ${vectorRows(until)} as until(partition, "offset")
    cross join lateral (
      select e.id, e.partition, e."offset", e.value from read.events e
      where e.workspace_id = ${workspaceIds.toUuid(workspace)} and e.conversation_id = start.id
        and e.partition = until.partition and e."offset" >= start."offset" and e."offset" < until."offset" and e.is_folded
      order by e."offset" limit ${SNAPSHOT_EVERY}
    ) next
    left join read.timeline t on t.event_id = next.id
    order by next.partition, next."offset"`);
  return found.rows;
}
