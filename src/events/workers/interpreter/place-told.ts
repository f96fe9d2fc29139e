import type { Executor } from '../../../database/database.js';
import type { Identity } from '../../event-identity.js';
import type { MessageEvent } from '../../message/events.js';
import { findCallsOf, type KnownCall } from './calls.js';
import type { ClaimedThreads } from './threads.js';
import { toldEvent, type Told } from './told.js';

/** Those that are about messages of ours. The others are about what the contact wrote, and need his thread. */
export const findToldCalls = (executor: Executor, told: readonly Told[]): Promise<ReadonlyMap<Told, KnownCall>> =>
  findCallsOf(executor, told, ({ raw: { channelId }, said: { providerMessageId } }) => ({
    channelId,
    providerMessageId,
  }));

/**
 * The event of each. An incoming message's id follows from the provider's, so it is known before the message: what comes
 * first makes a stub that the message completes (rule 13).
 */
export function placeTold(
  told: readonly Told[],
  calls: ReadonlyMap<Told, KnownCall>,
  threads: ClaimedThreads,
  { identity, now }: { readonly identity: Identity; readonly now: Date },
): ReadonlyMap<Told, MessageEvent> {
  return new Map(
    told.map((one) => {
      const { channelId } = one.raw;
      const messageId = identity.incomingMessage(channelId, one.said.providerMessageId);
      const of = calls.get(one) ?? { ...threads.of(one), messageId };
      return [one, toldEvent(one, of, { identity, now })];
    }),
  );
}
