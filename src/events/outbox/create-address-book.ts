import { sql } from 'drizzle-orm';
import type { Executor, Transaction } from '../../database/database.js';
import type { ParleyEvent } from '../catalog.js';
import { barOf } from '../contact/state.js';
import { otherSpelling, rootSpelling } from '../conversation/spellings.js';
import type { Identity } from '../event-identity.js';
import { channelIds, contactIds, conversationIds, workspaceIds, type ChannelId } from '../kernel/ids.js';
import { traced } from '../kernel/trace-context.js';
import type { AddressBook, Thread, ThreadRequest } from './address-book.js';
import { barsOf, type BarsColumn } from './contact-bars.js';
import type { Outbox } from './outbox.js';

/** The table `work.addresses`. What it says of a thread stands in the events too; here it decides (rule 5). */
export function createAddressBook({ identity, outbox }: { identity: Identity; outbox: Outbox }): AddressBook {
  const find: AddressBook['find'] = async (executor, requests) => {
    const entries = requests.map((request) => entryOf(identity, request));
    const asked = [...distinct(entries).values()];
    const found = await findThreads(executor, [...asked, ...othersOf(asked)]);
    return entries.map((entry) => found.get(entry.key) ?? foundByOther(entry, found));
  };
  const claim: AddressBook['claim'] = async (tx, requests, now) => {
    const entries = requests.map((request) => entryOf(identity, request));
    const asked = [...distinct(entries).values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    const known = await findThreads(tx, othersOf(asked));
    const sorted = asked.map((entry): NewEntry => {
      const proposed = foundByOther(entry, known);
      return { ...entry, proposed: proposed ?? proposalFor(identity, entry.request), isKnown: proposed !== undefined };
    });
    const made = await insertAbsent(tx, sorted);
    const news = sorted.filter(({ key, isKnown }) => made.has(key) && !isKnown);
    const opened = distinctThreads(news).flatMap((entry) => openingOf(identity, entry, now));
    await outbox.enqueue(tx, opened);
    const claimed = await findThreads(tx, sorted);
    return { threads: entries.map(({ key }) => threadOf(claimed, key)), opened };
  };
  return { find, claim };
}

interface Place {
  /** Channel and hash: sorts as the primary key does. */
  readonly key: string;
  readonly channelUuid: string;
  readonly hash: Buffer;
}

interface Entry extends Place {
  readonly request: ThreadRequest;
  /** The same number in its other spelling; of most there is none. */
  readonly other: Place | undefined;
}

interface NewEntry extends Entry {
  /** What the thread will be called if nobody has called it otherwise. */
  readonly proposed: Thread;
  /** It is the thread of the same number in another spelling. */
  readonly isKnown: boolean;
}

function entryOf(identity: Identity, request: ThreadRequest): Entry {
  const { channelId, address } = request;
  const other = otherSpelling(address);
  return {
    ...placeOf(identity, channelId, address),
    ...{ request, other: other === undefined ? undefined : placeOf(identity, channelId, other) },
  };
}

function placeOf(identity: Identity, channelId: ChannelId, address: string): Place {
  const channelUuid = channelIds.toUuid(channelId);
  const hash = identity.addressHash(channelId, address);
  return { key: keyOf(channelUuid, hash), channelUuid, hash };
}

/** The same for each way to spell a number: whoever meets another one at the same time proposes the same. */
function proposalFor(identity: Identity, { channelId, address }: ThreadRequest): Thread {
  const root = rootSpelling(address);
  return { conversationId: identity.conversation(channelId, root), contactId: identity.contact(channelId, root) };
}

const othersOf = (entries: readonly Entry[]): readonly Place[] => entries.flatMap(({ other }) => other ?? []);

const foundByOther = ({ other }: Entry, found: ReadonlyMap<string, Thread>): Thread | undefined =>
  other && found.get(other.key);

const keyOf = (channelUuid: string, hash: Buffer): string => `${channelUuid} ${hash.toString('hex')}`;

/** Of several requests for one address the first counts. */
const distinct = (entries: readonly Entry[]): ReadonlyMap<string, Entry> =>
  new Map([...entries].reverse().map((entry) => [entry.key, entry]));

/** Of two spellings that are new both the first opens their thread. */
const distinctThreads = (entries: readonly NewEntry[]): readonly NewEntry[] => [
  ...new Map([...entries].reverse().map((entry) => [entry.proposed.conversationId, entry])).values(),
];

interface AddressRow extends Record<string, unknown> {
  channel_id: string;
  address_hash: Buffer;
  conversation_id: string;
  contact_id: string;
}

interface ThreadRow extends AddressRow {
  bars: BarsColumn;
  moved_to: string | null;
  moved_at: Date | null;
}

async function findThreads(executor: Executor, entries: readonly Place[]): Promise<ReadonlyMap<string, Thread>> {
  if (entries.length === 0) return new Map();
  const found = await executor.execute<ThreadRow>(sql`
    select channel_id, address_hash, conversation_id, contact_id, ${barsOf(sql`addresses.contact_id`)} as bars,
      case when moved_at >= coalesce(back_at, '-infinity') then moved_to end as moved_to, moved_at
    from unnest(
      ${sql.param(entries.map(({ channelUuid }) => channelUuid))}::uuid[],
      ${sql.param(entries.map(({ hash }) => hash))}::bytea[]
    ) as asked (channel_id, address_hash)
    join work.addresses using (channel_id, address_hash)`);
  return new Map(found.rows.map((row) => [keyOf(row.channel_id, row.address_hash), threadOfRow(row)]));
}

function threadOfRow(row: ThreadRow): Thread {
  const [isBlocked, isOptedOut] = row.bars;
  const bar = barOf({ isBlocked, isOptedOut });
  return {
    conversationId: conversationIds.fromUuid(row.conversation_id),
    contactId: contactIds.fromUuid(row.contact_id),
    ...(bar !== undefined && { bar }),
    ...(row.moved_to !== null && row.moved_at !== null && { moved: { to: row.moved_to, at: new Date(row.moved_at) } }),
  };
}

/** Waits for whoever inserts the same address in another transaction; the read that follows then sees his row. */
async function insertAbsent(tx: Transaction, entries: readonly NewEntry[]): Promise<ReadonlySet<string>> {
  const inserted = await tx.execute<Pick<AddressRow, 'channel_id' | 'address_hash'>>(sql`
    insert into work.addresses (channel_id, address_hash, workspace_id, conversation_id, contact_id)
    select * from unnest(
      ${sql.param(entries.map(({ channelUuid }) => channelUuid))}::uuid[],
      ${sql.param(entries.map(({ hash }) => hash))}::bytea[],
      ${sql.param(entries.map(({ request }) => workspaceIds.toUuid(request.workspaceId)))}::uuid[],
      ${sql.param(entries.map(({ proposed }) => conversationIds.toUuid(proposed.conversationId)))}::uuid[],
      ${sql.param(entries.map(({ proposed }) => contactIds.toUuid(proposed.contactId)))}::uuid[])
    on conflict do nothing returning channel_id, address_hash`);
  return new Set(inserted.rows.map((row) => keyOf(row.channel_id, row.address_hash)));
}

/** What concerns a conversation and a contact is said once under each key (rule 8). */
function openingOf(identity: Identity, { request, proposed }: NewEntry, now: Date): readonly ParleyEvent[] {
  const { workspaceId, channelId, address, displayName, heardAt, trace } = request;
  const { conversationId, contactId } = proposed;
  const times = { occurredAt: (heardAt ?? now).toISOString(), recordedAt: now.toISOString() };
  const reinterpreted = heardAt === undefined ? {} : { reinterpreted: true as const };
  const envelope = { version: 1, workspaceId, channelId, contactId, ...times, ...reinterpreted, ...traced(trace) };
  return [
    {
      id: identity.ofCommand(conversationId, 'opened', 'conversation.opened'),
      type: 'conversation.opened',
      ...envelope,
      conversationId,
      data: { content: { address } },
    },
    {
      id: identity.ofCommand(contactId, 'created', 'contact.created'),
      type: 'contact.created',
      ...envelope,
      data: { content: displayName === undefined ? { address } : { address, displayName } },
    },
  ];
}

function threadOf(known: ReadonlyMap<string, Thread>, key: string): Thread {
  const thread = known.get(key);
  if (thread === undefined) throw new Error('An address that was just claimed is not in the address book.');
  return thread;
}
