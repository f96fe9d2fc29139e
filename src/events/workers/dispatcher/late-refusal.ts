import type { Logger } from 'pino';
import { sql } from 'drizzle-orm';
import type { Database, Executor } from '../../../database/database.js';
import type { Clock } from '../../kernel/clock.js';
import { conversationIds, type ConversationId } from '../../kernel/ids.js';
import { judgeWindow } from '../../message/decide.js';
import type { MessageFailureData } from '../../message/events.js';
import type { ClaimedDispatch } from './claim.js';
import { capabilitiesOf, type Carrier } from './carrier.js';
import { LOOK_AGAIN_MS, type HasReadLog } from './read-model-lag.js';
import { retryPassing, WITHIN_LEASE_MS } from './retry.js';
import type { StepEventMaker } from './step-events.js';
import type { ClaimStore } from './store.js';

export interface LateRefusalDeps {
  readonly database: Database;
  readonly hasReadLog: HasReadLog;
  readonly clock: Clock;
  readonly store: ClaimStore;
  readonly makeEvent: StepEventMaker;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
}

/**
 * Whether a message, now that its turn has come, may no longer be sent: since it was accepted the contact was blocked or opted
 * out, or, of a scheduled one, the service window has closed (design §14). It then failed without a call, and that is stored. While the read model is behind the log
 * (restored, rebuilt), the contact may have written since: then the claim is given back.
 */
export type LateRefusal = (claim: ClaimedDispatch, carrier: Carrier) => Promise<boolean>;

/** There was none: the ids of what a first call says stay free. */
const NO_CALL = 0;

export function createLateRefusal(deps: LateRefusalDeps): LateRefusal {
  const { database, clock, store, logger, stopping } = deps;
  const retrying = { forMs: WITHIN_LEASE_MS, signal: stopping, logger, what: 'looking whether it may still be sent' };
  const refuse = async (claim: ClaimedDispatch, failure: MessageFailureData): Promise<true> => {
    await store.settle({
      ...{ subject: claim, leaseToken: claim.leaseToken, state: 'settled', by: 'no_call', providerMessageIds: [] },
      events: [refusedLate(claim, deps.makeEvent, failure)],
    });
    return true;
  };
  return async (claim, carrier) => {
    // Also of one that was put off: what waits was surely not processed.
    if (claim.bar !== undefined) return refuse(claim, { code: claim.bar, isRetryable: false });
    if (!claim.isScheduled || claim.call > 0) return false;
    const capabilities = capabilitiesOf(carrier);
    if (capabilities.serviceWindowHours === 'permanent') return false;
    const { payload } = claim;
    // What can't be sent is refused where it would be.
    if (payload === undefined) return false;
    const isOpen = async () => {
      const lastIncomingAt = await retryPassing(() => findLastIncoming(database.orm, claim.conversationId), retrying);
      return judgeWindow(payload.content, capabilities, lastIncomingAt, clock.now()).length === 0;
    };
    if (await isOpen()) return false;
    if (!(await deps.hasReadLog(claim.conversationId))) {
      await store.giveBack({ claim, from: 'claimed', delayMs: LOOK_AGAIN_MS });
      return true;
    }
    if (await isOpen()) return false;
    // The same message may go once the contact has written again.
    return refuse(claim, { code: 'SERVICE_WINDOW_CLOSED', isRetryable: true });
  };
}

const refusedLate = (claim: ClaimedDispatch, makeEvent: StepEventMaker, failure: MessageFailureData) =>
  makeEvent(claim, NO_CALL, {
    type: 'message.send_failed',
    data: { ...{ attempt: claim.attempt, part: claim.part }, failure },
  });

/** RFC 3339; null: the contact never wrote, as far as is known. */
async function findLastIncoming(executor: Executor, conversationId: ConversationId): Promise<string | null> {
  const found = await executor.execute<{ last_incoming_at: string | null }>(sql`
    select to_char(c.last_incoming_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as last_incoming_at
    from read.conversations c where c.id = ${conversationIds.toUuid(conversationId)}`);
  return found.rows[0]?.last_incoming_at ?? null;
}
