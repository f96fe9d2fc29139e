import { sql } from 'drizzle-orm';
import type { Executor, Transaction } from '../../../database/database.js';
import type { ParleyEvent } from '../../catalog.js';
import type { Identity } from '../../event-identity.js';
import { contactIds, workspaceIds, type ContactId, type MessageId, type WorkspaceId } from '../../kernel/ids.js';
import type { AddressBook, Thread } from '../../outbox/address-book.js';
import { open } from '../../sealing.js';
import { findCalls } from './calls.js';
import { profileEvent, receivedEvent, threadRequestOf, type Received } from './received.js';

export interface PlacedReceived {
  /** Of threads that were made for these messages: to be published before anything else of theirs. */
  readonly opened: readonly ParleyEvent[];
  readonly events: ReadonlyMap<Received, readonly ParleyEvent[]>;
}

export interface PlaceDeps {
  readonly addressBook: AddressBook;
  readonly identity: Identity;
  /** Whether a name is worth an event, beside the one that is known; default: any other is. */
  readonly isNameNews?: (known: string | undefined, said: string) => boolean;
}

const isOtherName = (known: string | undefined, said: string): boolean => known !== said;

/** Finds or makes each message's thread (rule 5), and makes the events of it. */
export async function placeReceived(
  tx: Transaction,
  received: readonly Received[],
  { addressBook, identity, isNameNews = isOtherName }: PlaceDeps,
  now: Date,
): Promise<PlacedReceived> {
  if (received.length === 0) return { opened: [], events: new Map() };
  const { threads, opened } = await addressBook.claim(tx, received.map(threadRequestOf), now);
  const repliedTo = await findRepliedTo(tx, received);
  const names = await knownNames(tx, contactsOf(received, threads));
  learnNames(names, opened);
  const events = new Map<Received, readonly ParleyEvent[]>();
  for (const [index, one] of received.entries()) {
    const thread = threads[index];
    if (thread === undefined) throw new Error('The address book answered fewer threads than it was asked for.');
    const message = receivedEvent(one, { thread, replyTo: repliedTo.get(one), identity, now });
    const { displayName } = one.said;
    const isNews = displayName !== undefined && isNameNews(names.get(thread.contactId), displayName);
    if (isNews) names.set(thread.contactId, displayName);
    events.set(one, isNews ? [message, profileEvent(one, { thread, displayName, identity, now })] : [message]);
  }
  return { opened, events };
}

/** Only messages of ours are found: what a contact wrote before has no row. */
export async function findRepliedTo(
  executor: Executor,
  received: readonly Received[],
): Promise<Map<Received, MessageId>> {
  const questions = received.flatMap((one) => {
    const providerMessageId = one.said.replyToProviderMessageId;
    return providerMessageId === undefined ? [] : [{ one, channelId: one.raw.channelId, providerMessageId }];
  });
  const calls = await findCalls(executor, questions);
  return new Map(
    questions.flatMap(({ one }, index) => {
      const call = calls[index];
      return call === undefined ? [] : [[one, call.messageId]];
    }),
  );
}

/** A contact, and whose it is. */
export interface ContactOf {
  readonly workspaceId: WorkspaceId;
  readonly contactId: ContactId;
}

const contactsOf = (received: readonly Received[], threads: readonly Thread[]): readonly ContactOf[] =>
  received.flatMap(({ raw: { workspaceId } }, index) => {
    const contactId = threads[index]?.contactId;
    return contactId === undefined ? [] : [{ workspaceId, contactId }];
  });

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
