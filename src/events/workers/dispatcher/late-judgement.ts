import type { Logger } from 'pino';
import { sql } from 'drizzle-orm';
import type { Database, Executor } from '../../../database/database.js';
import { createAskWindow } from '../../../providers/ask-window.js';
import type { Clock } from '../../kernel/clock.js';
import { conversationIds, type ConversationId } from '../../kernel/ids.js';
import type { MessageFailureData } from '../../message/events.js';
import { isFree, passageOf, type WindowFacts } from '../../message/service-window.js';
import type { ClaimedDispatch } from './claim.js';
import { capabilitiesOf, type Carrier } from './carrier.js';
import { LOOK_AGAIN_MS, type HasReadLog } from './read-model-lag.js';
import { retryPassing, WITHIN_LEASE_MS } from './retry.js';
import type { StepEventMaker } from './step-events.js';
import type { ClaimStore } from './store.js';

export interface LateJudgementDeps {
  readonly database: Database;
  readonly hasReadLog: HasReadLog;
  readonly clock: Clock;
  readonly store: ClaimStore;
  readonly makeEvent: StepEventMaker;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
}

/**
 * Whether a message, now that its turn has come, may still be sent, and by which exception: since it was accepted the contact
 * was blocked or opted out, or, of a scheduled one, the service window has closed (design §14). It then failed without a call,
 * and that is stored. While the read model is behind the log (restored, rebuilt), the contact may have written since: then the
 * claim is given back. Undefined: nothing is sent now.
 */
export type LateJudgement = (claim: ClaimedDispatch, carrier: Carrier) => Promise<Going | undefined>;

export interface Going {
  /** By which exception it goes beyond the service window. */
  readonly tag?: string | undefined;
}

/** There was none: the ids of what a first call says stay free. */
const NO_CALL = 0;

export function createLateJudgement(deps: LateJudgementDeps): LateJudgement {
  const { clock, store } = deps;
  const askWindow = createAskWindow();
  const findHistory = historyFinder(deps);
  const refuse = async (claim: ClaimedDispatch, failure: MessageFailureData): Promise<undefined> => {
    await store.settle({
      ...{ subject: claim, leaseToken: claim.leaseToken, state: 'settled', by: 'no_call', providerMessageIds: [] },
      events: [refusedLate(claim, deps.makeEvent, failure)],
    });
    return undefined;
  };
  const giveBack = async (claim: ClaimedDispatch): Promise<undefined> => {
    await store.giveBack({ claim, from: 'claimed', delayMs: LOOK_AGAIN_MS });
    return undefined;
  };
  return async (claim, carrier) => {
    // Also of one that was put off: what waits was surely not processed.
    if (claim.bar !== undefined) return refuse(claim, { code: claim.bar, isRetryable: false });
    const { payload } = claim;
    const capabilities = capabilitiesOf(carrier);
    const isJudged = claim.isScheduled && claim.call === 0;
    // What can't be sent is refused where it would be.
    if (payload === undefined || !(isJudged || capabilities.windowExceptions?.length)) return {};
    const judge = (window: WindowFacts) => passageOf(payload, capabilities, window, clock.now());
    if (isFree(judge(NOTHING))) return {};
    const early = judge(await findHistory(claim));
    if (early.isOpen || !isJudged) return early.isOpen ? early : {};
    if (!(await deps.hasReadLog(claim.conversationId))) return giveBack(claim);
    const history = await findHistory(claim);
    const { providerContactId } = history;
    const { address } = payload;
    const told = judge(history).isOpen ? undefined : await askWindow({ ...carrier, address, providerContactId });
    const late = judge({ ...history, told });
    if (late.isOpen) return late;
    // The same message may go once the contact has written again.
    return refuse(claim, { code: 'SERVICE_WINDOW_CLOSED', isRetryable: true });
  };
}

const NOTHING: WindowFacts = { lastIncomingAt: null };

const refusedLate = (claim: ClaimedDispatch, makeEvent: StepEventMaker, failure: MessageFailureData) =>
  makeEvent(claim, NO_CALL, {
    type: 'message.send_failed',
    data: { ...{ attempt: claim.attempt, part: claim.part }, failure },
  });

interface History extends WindowFacts {
  readonly providerContactId: string | undefined;
}

/** What is known here of a conversation, and of what is shown as one with it: the later window counts (rule 5). */
function historyFinder({ database, logger, stopping }: LateJudgementDeps) {
  const retrying = { forMs: WITHIN_LEASE_MS, signal: stopping, logger, what: 'looking whether it may still be sent' };
  return ({ conversationId }: ClaimedDispatch) =>
    retryPassing(() => findHistoryOf(database.orm, conversationId), retrying);
}

async function findHistoryOf(executor: Executor, conversationId: ConversationId): Promise<History> {
  const found = await executor.execute<{ last_incoming_at: string | null; provider_contact_id: string | null }>(sql`
    with shown as (
      select coalesce(merged_into, id) as id, workspace_id from read.conversations
      where id = ${conversationIds.toUuid(conversationId)}
    )
    select to_char(max(c.last_incoming_at) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as last_incoming_at,
      max(c.provider_contact_id) filter (where c.id = shown.id) as provider_contact_id
    from shown join read.conversations c
      on c.workspace_id = shown.workspace_id and (c.id = shown.id or c.merged_into = shown.id)
    group by shown.id`);
  const [row] = found.rows;
  return { lastIncomingAt: row?.last_incoming_at ?? null, providerContactId: row?.provider_contact_id ?? undefined };
}
