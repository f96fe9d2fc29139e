import type { Logger } from 'pino';
import type { Database } from '../../../database/database.js';
import type { Identity } from '../../event-identity.js';
import type { Clock } from '../../kernel/clock.js';
import { traced, type TraceContext } from '../../kernel/trace-context.js';
import type { AddressBook } from '../../outbox/address-book.js';
import { recordMove } from '../../outbox/address-moves.js';
import type { Outbox } from '../../outbox/outbox.js';
import { eventsOfMove, mergeMoved, moveEventId, type MoveSide } from '../moved-threads.js';
import type { Carrier } from './carrier.js';
import type { ClaimedDispatch } from './claim.js';
import type { Publisher } from './publisher.js';
import { retryPassing, WITHIN_LEASE_MS } from './retry.js';

export interface LearnAddressDeps {
  readonly database: Database;
  readonly addressBook: Pick<AddressBook, 'find'>;
  readonly identity: Identity;
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
  readonly trace: () => TraceContext | undefined;
}

/**
 * @param sentTo the address that was called, normalized
 * @param providerAddress whom the provider says that it reached
 */
export type LearnAddress = (
  claim: ClaimedDispatch,
  carrier: Carrier,
  sentTo: string,
  providerAddress: string,
) => Promise<void>;

/**
 * Where a provider's answer shows that who was written to is known by another address, that one is of the same thread from
 * now on; where it has one already, the two are shown as one (rule 5). What fails is told to the log and nothing else: each
 * answer says it again. Nothing is asked where the provider names who was written to, which is nearly always.
 */
export function createLearnAddress(deps: LearnAddressDeps): LearnAddress {
  const { logger, stopping } = deps;
  const retrying = { forMs: WITHIN_LEASE_MS, signal: stopping, logger, what: 'noting whom a provider reached' };
  return async (claim, { channel, adapter }, from, providerAddress) => {
    const to = adapter.normalizeAddress(channel.platform, providerAddress);
    if (to === undefined || to === from) return;
    try {
      await retryPassing(() => learn(deps, claim, from, to), retrying);
    } catch (error) {
      logger.warn({ err: error, channelId: claim.channelId }, 'whom a provider reached could not be noted');
    }
  };
}

async function learn(
  deps: LearnAddressDeps,
  { workspaceId, channelId, messageId }: ClaimedDispatch,
  from: string,
  to: string,
): Promise<void> {
  const { database, addressBook, identity, outbox } = deps;
  const place = { workspaceId, channelId };
  const both = [from, to].map((address) => ({ ...place, address }));
  const [thread, known] = await addressBook.find(database.orm, both);
  if (thread === undefined || known?.conversationId === thread.conversationId) return;
  const now = deps.clock.now();
  const trace = deps.trace();
  const envelope = (side: MoveSide) => ({
    ...{ id: moveEventId(identity, channelId, { from, to, occurredAt: now }, side), version: 1, ...place },
    ...{ occurredAt: now.toISOString(), recordedAt: now.toISOString() },
    ...{ causationId: identity.ofAcceptance(messageId), ...traced(trace) },
  });
  const events = await database.transaction(async (tx) => {
    const threads = await recordMove(tx, deps, { ...place, from, to, at: now });
    const told = eventsOfMove({ from, to, envelope }, threads);
    await outbox.enqueue(tx, told);
    return [...told, ...(await mergeMoved(tx, deps, { workspaceId, trace }, threads, now))];
  });
  await deps.publisher.publish(events);
}
