import type { Transaction } from '../../../database/database.js';
import type { ParleyEvent } from '../../catalog.js';
import { traced } from '../../kernel/trace-context.js';
import type { AddressBook, Thread, ThreadRequest } from '../../outbox/address-book.js';
import type { RawWebhook } from '../../webhook/raw-webhook.js';

/** What a contact said or did, with his normalized address. */
export interface Addressed {
  readonly raw: Pick<RawWebhook, 'workspaceId' | 'channelId' | 'receivedAt' | 'trace'>;
  readonly said: { readonly address: string; readonly displayName?: string | undefined };
  /** It came long ago, and is read only now. */
  readonly isHistory?: true;
}

export interface ClaimedThreads {
  /** Of threads that were made for these: to be published before anything else of theirs. */
  readonly opened: readonly ParleyEvent[];
  /** @throws for what none was claimed for */
  of(addressed: Addressed): Thread;
}

/**
 * Finds or makes the thread of each (rule 5). Once in a transaction, for all that it says: the keys are locked in order,
 * and a second claim could lock one that comes before.
 */
export async function claimThreads(
  tx: Transaction,
  addressBook: AddressBook,
  addressed: readonly Addressed[],
  now: Date,
): Promise<ClaimedThreads> {
  const claimed =
    addressed.length === 0
      ? { threads: [], opened: [] }
      : await addressBook.claim(tx, addressed.map(threadRequestOf), now);
  const threads = new Map(addressed.map((one, index) => [one, claimed.threads[index]]));
  return {
    opened: claimed.opened,
    of(one) {
      const thread = threads.get(one);
      if (thread === undefined) throw new Error('The address book answered fewer threads than it was asked for.');
      return thread;
    },
  };
}

const threadRequestOf = ({ raw, said, isHistory }: Addressed): ThreadRequest => ({
  workspaceId: raw.workspaceId,
  channelId: raw.channelId,
  address: said.address,
  displayName: said.displayName,
  ...(isHistory === true && { heardAt: raw.receivedAt }),
  ...traced(raw.trace),
});
