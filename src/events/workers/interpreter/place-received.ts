import { sql } from 'drizzle-orm';
import type { Executor, Transaction } from '../../../database/database.js';
import type { ParleyEvent } from '../../catalog.js';
import type { Identity } from '../../event-identity.js';
import { contactIds, workspaceIds, type ContactId, type MessageId, type WorkspaceId } from '../../kernel/ids.js';
import { open } from '../../sealing.js';
import { findCallsOf } from './calls.js';
import { profileEvent, receivedEvent, type Received } from './received.js';
import type { ClaimedThreads } from './threads.js';

export type ReceivedEvents = ReadonlyMap<Received, readonly ParleyEvent[]>;

export interface PlaceDeps {
  readonly identity: Identity;
  readonly now: Date;
  /** Whether a name is worth an event, beside the one that is known; default: any other is. */
  readonly isNameNews?: (known: string | undefined, said: string) => boolean;
}

const isOtherName = (known: string | undefined, said: string): boolean => known !== said;

/** Makes the events of each message. */
export async function placeReceived(
  tx: Transaction,
  received: readonly Received[],
  threads: ClaimedThreads,
  { identity, now, isNameNews = isOtherName }: PlaceDeps,
): Promise<ReceivedEvents> {
  if (received.length === 0) return new Map();
  const repliedTo = await findRepliedTo(tx, received);
  const names = await knownNames(tx, contactsOf(received, threads));
  learnNames(names, threads.opened);
  const events = new Map<Received, readonly ParleyEvent[]>();
  for (const one of received) {
    const thread = threads.of(one);
    const message = receivedEvent(one, { thread, replyTo: repliedTo.get(one), identity, now });
    const { displayName } = one.said;
    const isNews = displayName !== undefined && isNameNews(names.get(thread.contactId), displayName);
    if (isNews) names.set(thread.contactId, displayName);
    events.set(one, isNews ? [message, profileEvent(one, { thread, displayName, identity, now })] : [message]);
  }
  return events;
}

/** Only messages of ours are found: what a contact wrote before has no row. */
export async function findRepliedTo(
  executor: Executor,
  received: readonly Received[],
): Promise<Map<Received, MessageId>> {
  const calls = await findCallsOf(executor, received, ({ raw: { channelId }, said }) => ({
    ...{ channelId, providerMessageId: said.replyToProviderMessageId },
  }));
  return new Map([...calls].map(([one, { messageId }]) => [one, messageId]));
}

/** A contact, and whose it is. */
export interface ContactOf {
  readonly workspaceId: WorkspaceId;
  readonly contactId: ContactId;
}

const contactsOf = (received: readonly Received[], threads: ClaimedThreads): readonly ContactOf[] =>
  received.map((one) => ({ workspaceId: one.raw.workspaceId, contactId: threads.of(one).contactId }));

/**
 * The name that each contact has by now. The read model may lag behind the log: then a name is said once more, which
 * changes nothing.
 */
export async function knownNames(executor: Executor, contacts: readonly ContactOf[]): Promise<Map<ContactId, string>> {
  const found = await executor.execute<{ id: string; display_name: string }>(sql`
    select c.id, c.display_name
    from unnest(
      ${sql.param(contacts.map(({ workspaceId }) => workspaceIds.toUuid(workspaceId)))}::uuid[],
      ${sql.param(contacts.map(({ contactId }) => contactIds.toUuid(contactId)))}::uuid[]
    ) as named (workspace_id, id)
    join read.contacts c using (workspace_id, id) where c.display_name is not null`);
  return new Map(found.rows.map((row) => [contactIds.fromUuid(row.id), row.display_name]));
}

/** Threads that were made just now know what their contacts are called. */
function learnNames(names: Map<ContactId, string>, opened: readonly ParleyEvent[]): void {
  for (const event of opened) {
    if (event.type !== 'contact.created' || event.contactId === undefined) continue;
    const said = open(event);
    const name = said.state === 'open' ? said.content.displayName : undefined;
    if (name !== undefined) names.set(event.contactId, name);
  }
}
