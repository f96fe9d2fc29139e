import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/database.js';
import type { ParleyEvent } from '../../catalog.js';
import type { MergeEvent, StandingEvent } from '../../contact/events.js';
import { evolveContact } from '../../contact/evolve.js';
import type { ContactState } from '../../contact/state.js';
import { contactIds, workspaceIds } from '../../kernel/ids.js';
import type { ReadEvent } from './restore.js';

/**
 * Who may be written to, as the events say. Commands wrote it before they said it, so that this changes something only
 * where Postgres was restored to a time before; the higher revision counts. Comes last in the order of locks.
 */
export async function restoreStandings(tx: Transaction, read: readonly ReadEvent[]): Promise<void> {
  const states = foldStandings(read);
  if (states.length === 0) return;
  const column = (of: (state: ContactState) => unknown) => sql.param(states.map(of));
  await tx.execute(sql`
    insert into work.contact_standings as known
      (contact_id, workspace_id, is_blocked, block_revision, is_opted_out, consent_revision, survivor_id, merge_revision)
    select * from unnest(
      ${column(({ id }) => contactIds.toUuid(id))}::uuid[],
      ${column(({ workspaceId }) => workspaceIds.toUuid(workspaceId))}::uuid[],
      ${column(({ blockedAt }) => blockedAt !== null)}::boolean[],
      ${column(({ blockRevision }) => blockRevision)}::int[],
      ${column(({ optedOutAt }) => optedOutAt !== null)}::boolean[],
      ${column(({ consentRevision }) => consentRevision)}::int[],
      ${column(({ mergedInto }) => (mergedInto === null ? null : contactIds.toUuid(mergedInto)))}::uuid[],
      ${column(({ mergeRevision }) => mergeRevision)}::int[])
    on conflict (contact_id) do update set
      is_blocked = case when excluded.block_revision > known.block_revision
        then excluded.is_blocked else known.is_blocked end,
      block_revision = greatest(excluded.block_revision, known.block_revision),
      is_opted_out = case when excluded.consent_revision > known.consent_revision
        then excluded.is_opted_out else known.is_opted_out end,
      consent_revision = greatest(excluded.consent_revision, known.consent_revision),
      survivor_id = case when excluded.merge_revision > known.merge_revision
        then excluded.survivor_id else known.survivor_id end,
      merge_revision = greatest(excluded.merge_revision, known.merge_revision)`);
}

const STANDING_TYPES: readonly string[] = [
  ...['contact.blocked', 'contact.unblocked', 'contact.opted_out', 'contact.opted_in'],
  // What one of those that were merged says holds for all of them.
  ...['contact.merged', 'contact.absorbed'],
];
const isStanding = (event: ParleyEvent): event is StandingEvent | MergeEvent => STANDING_TYPES.includes(event.type);

/** Of each contact what these events say together; sorted, for two transactions must not wait in a circle. */
function foldStandings(read: readonly ReadEvent[]): readonly ContactState[] {
  const states = new Map<string, ContactState>();
  for (const { event, record } of read) {
    if (!isStanding(event) || event.contactId === undefined) continue;
    const { partition, offset } = record;
    states.set(event.contactId, evolveContact(states.get(event.contactId), { event, position: { partition, offset } }));
  }
  return [...states.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
