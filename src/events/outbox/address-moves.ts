import { sql } from 'drizzle-orm';
import type { Executor, Transaction } from '../../database/database.js';
import { otherSpelling } from '../conversation/spellings.js';
import type { Identity } from '../event-identity.js';
import { channelIds } from '../kernel/ids.js';
import type { AddressBook, Thread, ThreadRequest } from './address-book.js';

/** That who was known by one address is known by another. Both as the adapter's `normalizeAddress` spells them. */
export interface AddressMove extends Pick<ThreadRequest, 'workspaceId' | 'channelId'> {
  readonly from: string;
  readonly to: string;
  readonly at: Date;
}

/** Whose threads a move concerns: the same for whoever tells it again. */
export interface MovedThreads {
  readonly thread: Thread;
  /** That of the new address, where it has one of its own; undefined: it is of the first one from now on. */
  readonly into: Thread | undefined;
}

/** Insert or compare; of several moves from one address the last one counts. Without a row of the old address: nothing. */
export async function moveAddress(
  tx: Transaction,
  identity: Identity,
  { channelId, from, to, at }: AddressMove,
): Promise<void> {
  const channel = channelIds.toUuid(channelId);
  const [fromHash, toHash] = [identity.addressHash(channelId, from), identity.addressHash(channelId, to)];
  const other = otherSpelling(to);
  const known = [...(other === undefined ? [] : [identity.addressHash(channelId, other)]), fromHash];
  // By its other spelling the new address may be a thread's already.
  await tx.execute(sql`
    insert into work.addresses (channel_id, address_hash, workspace_id, conversation_id, contact_id)
    select channel_id, ${toHash}, workspace_id, conversation_id, contact_id
    from work.addresses where channel_id = ${channel} and address_hash = any(${sql.param(known)}::bytea[])
    order by address_hash = ${fromHash} limit 1
    on conflict do nothing`);
  await noteMove(tx, identity, { channelId, from, to, at });
}

/** The same where the new address has a thread of its own, whose row its own events bring. */
export async function noteMove(
  tx: Transaction,
  identity: Identity,
  { channelId, from, to, at }: Omit<AddressMove, 'workspaceId'>,
): Promise<void> {
  const channel = channelIds.toUuid(channelId);
  const fromHash = identity.addressHash(channelId, from);
  await tx.execute(sql`
    update work.addresses set moved_to = ${to}, moved_at = ${at.toISOString()}
    where channel_id = ${channel} and address_hash = ${fromHash}
      and (moved_at is null or (moved_at, moved_to) < (${at.toISOString()}::timestamptz, ${to}))`);
}

/**
 * The same, once the thread of the old address is claimed and committed: each transaction over addresses locks them in the
 * order of keys, and this one makes one row and changes one.
 */
export async function recordMove(
  tx: Transaction,
  { addressBook, identity }: { readonly addressBook: Pick<AddressBook, 'find'>; readonly identity: Identity },
  move: AddressMove,
): Promise<MovedThreads> {
  const { workspaceId, channelId, from, to } = move;
  await moveAddress(tx, identity, move);
  const [thread, other] = await addressBook.find(
    tx,
    [from, to].map((address) => ({ workspaceId, channelId, address })),
  );
  if (thread === undefined || other === undefined) throw new Error('An address that was claimed is not in the book.');
  return { thread, into: other.conversationId === thread.conversationId ? undefined : other };
}

/** Somebody was heard of by addresses: what moved away from them before is back. The latest time counts. */
export async function hearAddresses(
  tx: Transaction,
  identity: Identity,
  heard: readonly (Pick<ThreadRequest, 'channelId' | 'address'> & { readonly at: Date })[],
): Promise<void> {
  if (heard.length === 0) return;
  await tx.execute(sql`
    update work.addresses a set back_at = greatest(a.back_at, h.at)
    from (select channel_id, address_hash, max(at) as at from unnest(
      ${sql.param(heard.map(({ channelId }) => channelIds.toUuid(channelId)))}::uuid[],
      ${sql.param(heard.map(({ channelId, address }) => identity.addressHash(channelId, address)))}::bytea[],
      ${sql.param(heard.map(({ at }) => at.toISOString()))}::timestamptz[]) as h(channel_id, address_hash, at)
      group by channel_id, address_hash) h
    where a.channel_id = h.channel_id and a.address_hash = h.address_hash and a.moved_to is not null`);
}

/** A contact goes over a few times in a life; a circle of moves ends by itself, for each is later than the one before. */
const HOPS_MAX = 20;

/** Where the contact of an address is by now. */
export interface CurrentThread {
  readonly address: string;
  readonly thread: Thread;
}

/** Follows a contact from the address that it is known by to the one that it has: each move is later than the last one. */
export async function followMoves(
  executor: Executor,
  addressBook: Pick<AddressBook, 'find'>,
  request: ThreadRequest,
  thread: Thread,
): Promise<CurrentThread> {
  let current: CurrentThread = { address: request.address, thread };
  let since = -Infinity;
  for (let hop = 0; hop < HOPS_MAX; hop += 1) {
    const { moved } = current.thread;
    if (moved === undefined || moved.at.getTime() <= since) break;
    const [next] = await addressBook.find(executor, [{ ...request, address: moved.to }]);
    if (next === undefined) break;
    current = { address: moved.to, thread: next };
    since = moved.at.getTime();
  }
  return current;
}
