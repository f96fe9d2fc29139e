import { sql } from 'drizzle-orm';
import type { Caller } from '../../access/caller.js';
import type { Transaction } from '../../database/database.js';
import { messageIds, type MessageId } from '../kernel/ids.js';
import type { MessageEvent } from '../message/events.js';
import type { MessageState } from '../message/state.js';
import type { StoredEvent } from '../outbox/outbox.js';
import { findWaiting } from '../outbox/outbox-rows.js';
import type { DispatchSubject } from '../workers/dispatcher/dispatch.js';
import { advanceLanes } from '../workers/dispatcher/lanes.js';
import { lockMessage, type MessageDispatch } from '../workers/dispatcher/message-dispatches.js';
import type { CommandDeps } from './command-deps.js';
import type { CancelScheduledMessage, CommandResult, UserError } from './commands.js';
import { answerDecided, decideOnRows, envelopeOf, refuseWithoutRows } from './decided-message.js';
import type { FreshLookup } from './fresh-lookup.js';

type Cancelled = Extract<MessageEvent, { type: 'message.schedule_cancelled' }>;

/** What the rows said; `again`: it was cancelled before, and the event may still wait for its append. */
type Verdict =
  | { readonly kind: 'won'; readonly event: Cancelled }
  | { readonly kind: 'again'; readonly waiting: StoredEvent | undefined }
  | { readonly kind: 'lost' }
  | { readonly kind: 'absent' };

/**
 * Takes a scheduled message back. The rows decide, whatever the intake and the projector have seen: it wins only while
 * nothing of the message was begun, and a dispatcher that claims it at the same moment waits for the same locks.
 */
export function createCancelScheduledMessage(deps: CommandDeps, freshly: FreshLookup) {
  return async (
    { workspaceId }: Caller,
    input: CancelScheduledMessage,
    givenUp: AbortSignal,
  ): Promise<CommandResult<MessageState | undefined>> => {
    const messageId = messageIds.parse(input.messageId);
    if (messageId === undefined) return refusedWith('INPUT_INVALID', 'Not the id of a message.');
    givenUp.throwIfAborted();
    const verdict = await decideOnRows(deps, async (tx) =>
      cancel(deps, tx, await lockMessage(tx, workspaceId, messageId)),
    );
    if (verdict.kind === 'lost') return { ok: false, userErrors: [NOT_SCHEDULED] };
    if (verdict.kind === 'absent') {
      const asked = { workspaceId, messageId, status: 'SCHEDULED' as const };
      return { ok: false, userErrors: [await refuseWithoutRows(deps, freshly, asked, NOT_SCHEDULED)] };
    }
    if (verdict.kind === 'won') return answerDecided(deps, messageId, verdict.event);
    if (verdict.waiting?.event.type === 'message.schedule_cancelled')
      return answerDecided(deps, messageId, verdict.waiting.event, verdict.waiting.record);
    return answerAgain(deps, freshly, workspaceId, messageId);
  };
}

const FIELD = ['messageId'];
const NOT_SCHEDULED: UserError = {
  code: 'MESSAGE_NOT_SCHEDULED',
  message: 'It does not wait for its time any more, or never did.',
  field: FIELD,
};

const refusedWith = (code: UserError['code'], message: string): CommandResult<never> => ({
  ok: false,
  userErrors: [{ code, message, field: FIELD }],
});

async function cancel(deps: CommandDeps, tx: Transaction, rows: readonly MessageDispatch[]): Promise<Verdict> {
  const [first] = rows;
  if (first === undefined) return { kind: 'absent' };
  const { subject } = first;
  if (rows.every(({ state }) => state === 'cancelled')) {
    return { kind: 'again', waiting: await findWaiting(tx, cancelledId(deps, subject.messageId)) };
  }
  if (!rows.every(isUntouched)) return { kind: 'lost' };
  const event = cancelledEvent(deps, subject, rows.length);
  await emptyRows(tx, subject.messageId);
  await deps.outbox.enqueue(tx, [event]);
  await advanceLanes(tx, [subject.conversationId]);
  return { kind: 'won', event };
}

const isUntouched = ({ state, call, isScheduled }: MessageDispatch): boolean =>
  isScheduled && call === 0 && (state === 'scheduled' || state === 'waiting');

const cancelledId = ({ identity }: CommandDeps, messageId: MessageId) =>
  identity.ofCommand(messageId, 'cancelled', 'message.schedule_cancelled');

const cancelledEvent = (deps: CommandDeps, subject: DispatchSubject, parts: number): Cancelled => ({
  ...envelopeOf(deps, subject),
  id: cancelledId(deps, subject.messageId),
  type: 'message.schedule_cancelled',
  data: { parts },
});

async function emptyRows(tx: Transaction, messageId: MessageId): Promise<void> {
  await tx.execute(sql`
    update work.dispatches d set state = 'cancelled', payload = null
    where d.message_id = ${messageIds.toUuid(messageId)}`);
}

/** Whoever repeats a cancel that won is answered the same: the log has it, and the projection soon. */
async function answerAgain(
  deps: CommandDeps,
  freshly: FreshLookup,
  workspaceId: Caller['workspaceId'],
  messageId: MessageId,
): Promise<CommandResult<MessageState | undefined>> {
  const value = await freshly(async () => {
    const [found] = await deps.finders.messages(workspaceId, [messageId]);
    return found?.status === 'CANCELLED' ? found : undefined;
  });
  return { ok: true, value, cursor: deps.feed.tail() };
}
