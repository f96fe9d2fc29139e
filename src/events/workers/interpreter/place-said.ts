import type { Transaction } from '../../../database/database.js';
import type { ParleyEvent } from '../../catalog.js';
import type { Identity } from '../../event-identity.js';
import type { AddressBook } from '../../outbox/address-book.js';
import { hearAddresses } from '../../outbox/address-moves.js';
import type { Echo } from './echo.js';
import { placeEchoes } from './place-echoes.js';
import { findAgain, type ReceiptFates } from './place-receipts.js';
import { placeReceived, type PlaceDeps, type ReceivedEvents } from './place-received.js';
import { findToldCalls, placeTold } from './place-told.js';
import type { Receipt } from './receipt.js';
import type { Received } from './received.js';
import { claimThreads, type Addressed, type ClaimedThreads } from './threads.js';
import type { Told } from './told.js';

/** What is to be placed once the calls of its receipts are settled. */
export interface Unplaced {
  readonly fates: ReceiptFates;
  readonly received: readonly Received[];
  readonly told: readonly Told[];
  /** With what their threads are claimed by. */
  readonly echoes: ReadonlyMap<Echo, Addressed>;
}

export interface Placed {
  readonly fates: ReceiptFates;
  readonly opened: readonly ParleyEvent[];
  readonly echoes: ReadonlyMap<Receipt, ParleyEvent>;
  readonly received: ReceivedEvents;
  readonly told: ReadonlyMap<Told, ParleyEvent>;
}

/** Who writes from an address that its contact had left is answered there. */
const hearAgain = (tx: Transaction, received: readonly Received[], threads: ClaimedThreads, identity: Identity) =>
  hearAddresses(
    tx,
    identity,
    received
      .filter((one) => threads.of(one).moved !== undefined)
      .map(({ raw: { channelId, receivedAt }, said: { address, occurredAt = receivedAt } }) => {
        return { channelId, address, at: occurredAt };
      }),
  );

/** The threads of all come after the calls of receipts: the order of locks. */
export async function placeSaid(
  tx: Transaction,
  { fates, received, told, echoes }: Unplaced,
  { addressBook, ...deps }: PlaceDeps & { readonly addressBook: AddressBook },
): Promise<Placed> {
  const calls = await findToldCalls(tx, told);
  const contacts = [...received, ...told.filter((one) => !calls.has(one)), ...echoes.values()];
  const threads = await claimThreads(tx, addressBook, contacts, deps.now);
  await hearAgain(tx, received, threads, deps.identity);
  const placedEchoes = await placeEchoes(tx, echoes, threads, deps);
  return {
    ...{ opened: threads.opened, echoes: placedEchoes },
    fates: echoes.size === 0 ? fates : await findAgain(tx, fates),
    received: await placeReceived(tx, received, threads, deps),
    told: placeTold(told, calls, threads, deps),
  };
}
