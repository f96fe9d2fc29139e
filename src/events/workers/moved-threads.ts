import type { Transaction } from '../../database/database.js';
import type { ParleyEvent } from '../catalog.js';
import { decideMerge } from '../commands/decide-merge.js';
import type { Identity } from '../event-identity.js';
import type { ChannelId, EventId, WorkspaceId } from '../kernel/ids.js';
import type { TraceContext } from '../kernel/trace-context.js';
import type { MovedThreads } from '../outbox/address-moves.js';
import type { Outbox } from '../outbox/outbox.js';

/** Under which of its two keys a move is told. */
export type MoveSide = 'moved' | 'came';

/** What every event has. */
type Envelope = Pick<ParleyEvent, 'id' | 'workspaceId' | 'occurredAt' | 'recordedAt'> & {
  readonly version: number;
  readonly channelId: ChannelId;
};

/** What a move's events say beside the threads. Both addresses are normalized. */
export interface MoveWords {
  readonly from: string;
  readonly to: string;
  readonly envelope: (side: MoveSide) => Envelope;
}

/** Ids say from where to where, and when: a move has no id of its own (rule 7). */
export function moveEventId(
  identity: Identity,
  channelId: ChannelId,
  { from, to, occurredAt }: { readonly from: string; readonly to: string; readonly occurredAt?: Date | undefined },
  side: MoveSide,
): EventId {
  const [left, reached] = [from, to].map((address) => identity.addressHash(channelId, address).toString('hex'));
  return identity.fromProvider(channelId, `${left} ${reached}`, `${side}:${occurredAt?.toISOString() ?? ''}`);
}

/** What concerns the conversation and the contact is said once under each key (rule 8). */
export function eventsOfMove(
  { from, to, envelope }: MoveWords,
  { thread, into }: MovedThreads,
): readonly ParleyEvent[] {
  const { conversationId, contactId } = thread;
  const content = { from, address: to };
  if (into === undefined)
    return [
      {
        ...{ ...envelope('moved'), type: 'conversation.address_changed' },
        ...{ conversationId, contactId, data: { content } },
      },
      {
        ...{ ...envelope('came'), type: 'contact.address_added' },
        ...{ contactId, data: { content: { address: to } } },
      },
    ];
  return [
    {
      ...{ ...envelope('moved'), type: 'conversation.merged' },
      ...{ conversationId, contactId, data: { intoConversationId: into.conversationId, content } },
    },
    {
      ...{ ...envelope('came'), type: 'conversation.absorbed' },
      ...{ conversationId: into.conversationId, contactId: into.contactId },
      data: { fromConversationId: conversationId },
    },
  ];
}

export interface MergeMovedDeps {
  readonly identity: Identity;
  readonly outbox: Outbox;
}

/**
 * Who has both threads is one person, and what one of them said about being written to holds for both. Where too many are
 * one already, the threads are told all the same. Answers what is in the outbox then.
 */
export async function mergeMoved(
  tx: Transaction,
  { identity, outbox }: MergeMovedDeps,
  { workspaceId, trace }: { readonly workspaceId: WorkspaceId; readonly trace?: TraceContext | undefined },
  { thread, into }: MovedThreads,
  now: Date,
): Promise<readonly ParleyEvent[]> {
  if (into === undefined || into.contactId === thread.contactId) return [];
  const deps = { identity, outbox, clock: { now: () => now }, trace: () => trace };
  const wish = { from: thread.contactId, into: into.contactId, workspaceId, actorId: undefined };
  const merged = await decideMerge(deps, tx, wish);
  return merged.ok && merged.value.kind === 'merged' ? merged.value.events : [];
}
