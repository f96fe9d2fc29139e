import type { Executor, Transaction } from '../../database/database.js';
import type { ParleyEvent } from '../catalog.js';
import type { Bar } from '../contact/state.js';
import type { TraceContext } from '../kernel/trace-context.js';
import type { ChannelId, ContactId, ConversationId, WorkspaceId } from '../kernel/ids.js';

export interface Thread {
  readonly conversationId: ConversationId;
  readonly contactId: ContactId;
  /** Why nothing may be sent there, as the contact's row says now. */
  readonly bar?: Bar | undefined;
  /** Where the contact went from this address, and when, since anybody was last heard of by it. */
  readonly moved?: { readonly to: string; readonly at: Date } | undefined;
}

export interface ThreadRequest {
  readonly workspaceId: WorkspaceId;
  readonly channelId: ChannelId;
  /** As the adapter's `normalizeAddress` spells it. */
  readonly address: string;
  readonly displayName?: string | undefined;
  /** Asked for by what was heard then and is read only now: should the thread be made for it, it is no news. */
  readonly heardAt?: Date | undefined;
  /** In which trace it is asked for: what opens a thread belongs to it. */
  readonly trace?: TraceContext | undefined;
}

/** Which address is which thread: the row decides, derived ids are only proposals (rule 5). */
export interface AddressBook {
  find(executor: Executor, requests: readonly ThreadRequest[]): Promise<readonly (Thread | undefined)[]>;
  /**
   * Inserts what is absent, keys sorted, with `conversation.opened` and `contact.created` in the outbox for each thread
   * that this call made. Commit, then `outbox.publish(opened)` before anything else of these threads is appended.
   */
  claim(
    tx: Transaction,
    requests: readonly ThreadRequest[],
    now: Date,
  ): Promise<{ readonly threads: readonly Thread[]; readonly opened: readonly ParleyEvent[] }>;
}
