import { sql } from 'drizzle-orm';
import type { Caller } from '../access/caller.js';
import type { Database, Transaction } from '../database/database.js';
import type { Commands } from '../events/commands/commands.js';
import type { Identity } from '../events/event-identity.js';
import type { Clock } from '../events/kernel/clock.js';
import {
  channelIds,
  contactIds,
  conversationIds,
  messageIds,
  workspaceIds,
  type ChannelId,
  type MessageId,
} from '../events/kernel/ids.js';
import type { AddressBook, Thread } from '../events/outbox/address-book.js';
import type { Outbox } from '../events/outbox/outbox.js';
import { pause } from '../lifecycle.js';
import { historyOf, startOf } from './history.js';
import { STORIES, type Story } from './stories.js';

export interface DemoDeps {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly addressBook: AddressBook;
  readonly commands: Pick<Commands, 'createChannel'>;
  /** Of the demo workspace. */
  readonly caller: Caller;
  readonly identity: Identity;
  readonly clock: Clock;
}

const CHANNEL_NAME = 'Sandbox';
/** Another process that seeds takes a second, and 5 s more when the log goes away under it. */
const OTHERS_SEED_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 50;

/**
 * Gives an empty workspace a sandbox channel and a few conversations with a short history, through the same address book
 * and outbox as everything else. Nothing of it is ever sent. For every start, also of several processes at once: it
 * completes what an earlier one was interrupted in, and leaves a workspace alone that was furnished by somebody else.
 * @throws LogUnavailableError the rows are kept, and the outbox's sweeper goes on
 */
export async function seedDemo(deps: DemoDeps): Promise<void> {
  const deadline = performance.now() + OTHERS_SEED_WITHIN_MS;
  // Tried again and again instead of waited for: a statement that waits is ended after 8 s, and the start with it.
  while (!(await seedAlone(deps))) {
    // A demo is no reason not to start.
    if (performance.now() > deadline) return;
    await pause(LOOK_EVERY_MS);
  }
}

/** Only one process at a time, else two find no channel and make one each. False: another one is at it. */
async function seedAlone(deps: DemoDeps): Promise<boolean> {
  // The lock goes with this transaction, and with the process: nothing else is in it.
  return deps.database.transaction(async (tx) => {
    const tried = await tx.execute<{ locked: boolean }>(
      sql`select pg_try_advisory_xact_lock(hashtext('parley demo')) as locked`,
    );
    if (tried.rows[0]?.locked !== true) return false;
    await seed(deps);
    return true;
  });
}

async function seed(deps: DemoDeps): Promise<void> {
  const { isEmpty, demoId } = await findChannels(deps);
  const channelId = isEmpty ? await createChannel(deps) : demoId;
  if (channelId === undefined) return;
  for (const story of STORIES) await seedStory(deps, channelId, story);
}

async function findChannels({ database, caller }: DemoDeps) {
  const found = await database.orm.execute<{ id: string; is_demo: boolean }>(sql`
    select id, provider = 'SANDBOX' and name = ${CHANNEL_NAME} as is_demo from config.channels
    where workspace_id = ${workspaceIds.toUuid(caller.workspaceId)} order by created_at, id limit 1`);
  const [first] = found.rows;
  return { isEmpty: first === undefined, demoId: first?.is_demo ? channelIds.fromUuid(first.id) : undefined };
}

async function createChannel({ commands, caller }: DemoDeps): Promise<ChannelId> {
  const input = { name: CHANNEL_NAME, provider: 'SANDBOX', platform: 'WHATSAPP', settings: {} } as const;
  const created = await commands.createChannel(caller, input);
  if (!created.ok) throw new Error(created.userErrors.map(({ message }) => message).join(' '));
  return created.value.id;
}

/** One transaction holds the thread's row, its history in the outbox, and that its messages are done with. */
async function seedStory(deps: DemoDeps, channelId: ChannelId, story: Story): Promise<void> {
  const { database, outbox, addressBook, caller, identity, clock } = deps;
  const { workspaceId } = caller;
  const request = { workspaceId, channelId, address: story.address, displayName: story.displayName };
  const [known] = await addressBook.find(database.orm, [request]);
  if (known !== undefined) return;
  const now = clock.now();
  const events = await database.transaction(async (tx) => {
    const { threads, opened } = await addressBook.claim(tx, [request], startOf(story, now));
    const [thread] = threads;
    // Somebody else wrote to the number in the meantime: then the thread has a history of its own.
    if (thread === undefined || opened.length === 0) return [];
    const history = historyOf(story, { identity, workspaceId, channelId, thread, now });
    await outbox.enqueue(tx, history.events);
    await insertSettled(tx, { ...request, thread, messageIds: history.sentMessageIds });
    return [...opened, ...history.events];
  });
  await outbox.publish(events);
}

interface SettledMessages {
  readonly workspaceId: Caller['workspaceId'];
  readonly channelId: ChannelId;
  readonly thread: Thread;
  readonly messageIds: readonly MessageId[];
}

/** The dispatcher's intake finds these rows and inserts none of its own: between *accepted* and its receipts nothing can be claimed. */
async function insertSettled(tx: Transaction, settled: SettledMessages): Promise<void> {
  await tx.execute(sql`
    insert into work.dispatches (message_id, attempt, part, workspace_id, conversation_id, contact_id, channel_id,
      state, queue_offset, call, run_at, settled_at)
    select message_id, 1, 0, ${workspaceIds.toUuid(settled.workspaceId)}::uuid,
      ${conversationIds.toUuid(settled.thread.conversationId)}::uuid,
      ${contactIds.toUuid(settled.thread.contactId)}::uuid, ${channelIds.toUuid(settled.channelId)}::uuid,
      'settled', 0, 1, now(), now()
    from unnest(${sql.param(settled.messageIds.map((id) => messageIds.toUuid(id)))}::uuid[]) as sent (message_id)
    on conflict do nothing`);
}
