import type { Transaction } from '../../../database/database.js';
import type { ParleyEvent } from '../../catalog.js';
import type { Identity } from '../../event-identity.js';
import { channelsInFlight, findCallsOf, settleCalls, type KnownCall } from './calls.js';
import { isEcho } from './echo.js';
import { parkReceipts } from './parked-rows.js';
import { orphanEvent, receiptEvent, referenceOf, type Receipt } from './receipt.js';

/** What became of a receipt: its call; or it waits for one; or nothing is left that could still tell. */
export type ReceiptFate = KnownCall | 'parked' | 'orphaned';
export type ReceiptFates = ReadonlyMap<Receipt, ReceiptFate>;

/** Whether the dispatcher's intake has seen what the log had when Postgres was last found to be another copy (rule 16). */
export type AsksForIntake = () => Promise<boolean>;

/** Finds each receipt's call and settles it; parks those whose call may still be recorded. */
export async function placeReceipts(
  tx: Transaction,
  receipts: readonly Receipt[],
  now: Date,
  hasIntakeSeenAll: AsksForIntake,
): Promise<ReceiptFates> {
  const fates = await findFates(tx, receipts, hasIntakeSeenAll);
  await parkReceipts(
    tx,
    receipts.filter((receipt) => fates.get(receipt) === 'parked'),
    now,
  );
  await settleFound(tx, fates);
  return fates;
}

/** What becomes of each; nothing is changed. */
export async function findFates(
  tx: Transaction,
  receipts: readonly Receipt[],
  hasIntakeSeenAll: AsksForIntake,
): Promise<ReceiptFates> {
  const fates = new Map<Receipt, ReceiptFate>();
  await lookUp(tx, receipts, fates);
  const early = receipts.filter((receipt) => !fates.has(receipt));
  if (early.length > 0) {
    const inFlight = await channelsInFlight(
      tx,
      early.map(({ channelId }) => channelId),
    );
    // Again, after the question: what was recorded in between is found now, and the rest is still to come.
    await lookUp(tx, early, fates);
    const lost = early.filter((receipt) => !fates.has(receipt));
    const isOver = lost.some(({ channelId }) => !inFlight.has(channelId)) && (await hasIntakeSeenAll());
    for (const receipt of lost) fates.set(receipt, isOver && !inFlight.has(receipt.channelId) ? 'orphaned' : 'parked');
  }
  return fates;
}

/** The calls that were found. */
export const settleFound = (tx: Transaction, fates: ReceiptFates): Promise<void> =>
  settleCalls(
    tx,
    [...fates].flatMap(([receipt, fate]) => (typeof fate === 'string' ? [] : [{ ...receipt, call: fate }])),
  );

/** Once more for those that nothing was found for: what came with them may be a message that they are about. */
export async function findAgain(tx: Transaction, fates: ReceiptFates): Promise<ReceiptFates> {
  const lost = [...fates].flatMap(([receipt, fate]) => (fate === 'orphaned' && !isEcho(receipt) ? [receipt] : []));
  const found = new Map(fates);
  await lookUp(tx, lost, found);
  return found;
}

async function lookUp(tx: Transaction, receipts: readonly Receipt[], fates: Map<Receipt, ReceiptFate>) {
  for (const [receipt, call] of await findReceiptCalls(tx, receipts)) fates.set(receipt, call);
}

export const findReceiptCalls = (
  tx: Transaction,
  receipts: readonly Receipt[],
): Promise<ReadonlyMap<Receipt, KnownCall>> =>
  findCallsOf(tx, receipts, (receipt) => ({ ...receipt, reference: referenceOf(receipt) }));

/** Undefined: it waits on. */
export function eventOfFate(
  receipt: Receipt,
  fate: ReceiptFate | undefined,
  { identity, now }: { readonly identity: Identity; readonly now: Date },
): ParleyEvent | undefined {
  if (fate === undefined || fate === 'parked') return undefined;
  return fate === 'orphaned' ? orphanEvent(receipt, identity, now) : receiptEvent(receipt, fate, now);
}
