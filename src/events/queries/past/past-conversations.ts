import { sql } from 'drizzle-orm';
import type { Orm } from '../../../database/database.js';
import { AppError } from '../../../errors.js';
import { evolveConversation } from '../../conversation/evolve.js';
import type { ConversationState } from '../../conversation/state.js';
import {
  contactIds,
  conversationIds,
  workspaceIds,
  type ContactId,
  type ConversationId,
  type WorkspaceId,
} from '../../kernel/ids.js';
import { isOfConversation } from '../../projections/read-models.js';
import { SNAPSHOT_EVERY, stateOfSnapshot } from '../../projections/conversation-snapshots.js';
import { uuidsOf } from '../by-id.js';
import { scopeOfContact } from '../conversation-finders.js';
import type { PastFinders } from '../finders.js';
import { byTime, keysetPage, timePlace } from '../keyset.js';
import type { BoundFinder, Bounds } from './bounds.js';
import { findMembers } from './past-contacts.js';
import { recordedOf, type PastRow } from './read-past.js';

/** Of one contact, with what was merged into it: one for each address. */
const CONVERSATIONS_MAX = 1_000;
/** Conversations whose events are in memory at once: at most so many times `SNAPSHOT_EVERY`, about 5 MiB. */
const FOLDED_AT_ONCE = 25;

/** Conversations as their events up to a moment make them: from the last snapshot before it, less than 200 each. */
export function createPastConversations(
  orm: Orm,
  boundFinder: BoundFinder,
  pastContacts: Pick<PastFinders, 'contacts'>,
): Pick<PastFinders, 'conversations' | 'conversationsOfContact'> {
  const conversations = async (workspace: WorkspaceId, ids: readonly ConversationId[]) => {
    const bounds = [...(await boundFinder.find(workspace, ids))];
    const states = new Map<ConversationId, ConversationState>();
    for (let begin = 0; begin < bounds.length; begin += FOLDED_AT_ONCE)
      await foldConversations(orm, workspace, new Map(bounds.slice(begin, begin + FOLDED_AT_ONCE)), states);
    return ids.map((id) => states.get(id));
  };
  return {
    conversations,
    async conversationsOfContact(workspace, contact, page) {
      const members = await findMembers(pastContacts, workspace, contact);
      const found = await conversations(workspace, await findConversationsOfContacts(orm, workspace, members));
      const isOfMember = ({ contactId }: ConversationState) => contactId !== null && members.includes(contactId);
      const states = new Map(found.flatMap((state) => (state && isOfMember(state) ? [[state.id, state]] : [])));
      return keysetPage({
        scope: scopeOfContact(workspace, contact),
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

/** @throws AppError QUERY_TOO_COMPLEX: to put them in order all of them have to be folded */
export async function findConversationsOfContacts(
  orm: Orm,
  workspace: WorkspaceId,
  contacts: readonly ContactId[],
): Promise<ConversationId[]> {
  const found = await orm.execute<{ id: string }>(sql`
    select c.id from read.conversations c
    where c.workspace_id = ${workspaceIds.toUuid(workspace)}
      and c.contact_id = any(${sql.param(uuidsOf(contactIds, contacts))}::uuid[])
    limit ${CONVERSATIONS_MAX + 1}`);
  if (found.rows.length > CONVERSATIONS_MAX) {
    const message = `A contact's conversations can be listed as of a moment up to ${CONVERSATIONS_MAX}; it has more.`;
    throw new AppError('QUERY_TOO_COMPLEX', message);
  }
  return found.rows.map(({ id }) => conversationIds.fromUuid(id));
}

/** Puts those that there were into `states`. Conversations that are older than their snapshots take several rounds. */
async function foldConversations(
  orm: Orm,
  workspace: WorkspaceId,
  bounds: Bounds,
  states: Map<ConversationId, ConversationState>,
): Promise<void> {
  const starts = new Map([...bounds.keys()].map((id) => [id, 0n]));
  for (const row of await findSnapshots(orm, workspace, bounds)) {
    const id = conversationIds.fromUuid(row.conversation_id);
    starts.set(id, row.next_offset);
    states.set(id, stateOfSnapshot({ state: row.state, hasAddress: row.has_address }, row.address));
  }
  while (starts.size > 0) {
    const counts = new Map<ConversationId, number>();
    for (const row of await findEvents(orm, workspace, starts, bounds)) {
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

/** The last snapshot of each that lies wholly within the moment. */
async function findSnapshots(orm: Orm, workspace: WorkspaceId, bounds: Bounds): Promise<readonly SnapshotRow[]> {
  const found = await orm.execute<SnapshotRow>(sql`
    select last.*, c.address
    from unnest(${sql.param(uuidsOf(conversationIds, [...bounds.keys()]))}::uuid[],
      ${sql.param([...bounds.values()].map(String))}::bigint[]) as until(id, "offset")
    cross join lateral (
      select s.conversation_id, s.next_offset, s.state, s.has_address from read.conversation_snapshots s
      where s.workspace_id = ${workspaceIds.toUuid(workspace)} and s.conversation_id = until.id
        and s.next_offset <= until."offset"
      order by s.next_offset desc limit 1
    ) last
    join read.conversations c on c.id = until.id`);
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
  bounds: Bounds,
): Promise<readonly EventRow[]> {
  const ids = [...starts.keys()];
  const found = await orm.execute<EventRow>(sql`
    select next.partition, next."offset", next.value, coalesce(t.is_added, false) as is_added
    from unnest(${sql.param(uuidsOf(conversationIds, ids))}::uuid[],
      ${sql.param([...starts.values()].map(String))}::bigint[],
      ${sql.param(ids.map((id) => String(bounds.get(id) ?? 0n)))}::bigint[]) as asked(id, start, until)
    cross join lateral (
      select e.id, e.partition, e."offset", e.value from read.events e
      where e.workspace_id = ${workspaceIds.toUuid(workspace)} and e.conversation_id = asked.id
        and e.partition = (select one.partition from read.events one
          where one.workspace_id = ${workspaceIds.toUuid(workspace)} and one.conversation_id = asked.id limit 1)
        and e."offset" >= asked.start and e."offset" < asked.until and e.is_folded
      order by e."offset" limit ${SNAPSHOT_EVERY}
    ) next
    left join read.timeline t on t.event_id = next.id
    order by next.partition, next."offset"`);
  return found.rows;
}
