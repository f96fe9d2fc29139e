import { sql } from 'drizzle-orm';
import type { Caller } from '../../access/caller.js';
import type { Transaction } from '../../database/database.js';
import { messageIds } from '../kernel/ids.js';
import type { MessageEvent } from '../message/events.js';
import type { MessageState } from '../message/state.js';
import { closeDispatches, type DispatchPayload, type DispatchState } from '../workers/dispatcher/dispatch.js';
import { insertDispatches } from '../workers/dispatcher/insert-dispatches.js';
import { advanceLanes } from '../workers/dispatcher/lanes.js';
import { lockMessage, type MessageDispatch } from '../workers/dispatcher/message-dispatches.js';
import { placesOf } from '../workers/dispatcher/queue-place.js';
import type { CommandDeps } from './command-deps.js';
import type { CommandResult, ResolveMessage, UserError } from './commands.js';
import { answerDecided, decideOnRows, envelopeOf, refuseWithoutRows } from './decided-message.js';
import type { FreshLookup } from './fresh-lookup.js';

/** `absent`: the message has no rows. */
type Verdict = MessageEvent | UserError | 'absent';

/**
 * A person says what became of a message that nobody knows the outcome of. The rows decide by compare-and-set from
 * *unknown*: of two people, a receipt, a late answer and a look-up one is first (rule 19).
 */
export function createResolveMessage(deps: CommandDeps, freshly: FreshLookup) {
  return async (
    caller: Caller,
    input: ResolveMessage,
    givenUp: AbortSignal,
  ): Promise<CommandResult<MessageState | undefined>> => {
    const { workspaceId } = caller;
    const messageId = messageIds.parse(input.messageId);
    if (messageId === undefined)
      return { ok: false, userErrors: [{ code: 'INPUT_INVALID', message: 'Not the id of a message.', field: FIELD }] };
    givenUp.throwIfAborted();
    const verdict = await decideOnRows(deps, async (tx) =>
      resolve(deps, caller, input.as, tx, await lockMessage(tx, workspaceId, messageId)),
    );
    if (verdict === 'absent') {
      const asked = { workspaceId, messageId, status: 'OUTCOME_UNKNOWN' as const };
      return { ok: false, userErrors: [await refuseWithoutRows(deps, freshly, asked, NOT_UNKNOWN)] };
    }
    return 'code' in verdict ? { ok: false, userErrors: [verdict] } : answerDecided(deps, messageId, verdict);
  };
}

const FIELD = ['messageId'];
const NOT_UNKNOWN: UserError = {
  code: 'MESSAGE_NOT_UNKNOWN',
  message: 'What became of it is known, or some of it is still on its way.',
  field: FIELD,
};
const GONE: UserError = {
  code: 'INPUT_INVALID',
  message: 'What it said is not kept any more, so it can not be sent again. Resolve it as SENT or FAILED.',
  field: ['as'],
};

const ON_ITS_WAY: readonly DispatchState[] = ['scheduled', 'waiting', 'claimed', 'calling', 'in_doubt'];

async function resolve(
  deps: CommandDeps,
  caller: Caller,
  as: ResolveMessage['as'],
  tx: Transaction,
  rows: readonly MessageDispatch[],
): Promise<Verdict> {
  if (rows.length === 0) return 'absent';
  const attempt = Math.max(...rows.map(({ subject }) => subject.attempt));
  const unknown = rows.filter(({ state, subject }) => state === 'unknown' && subject.attempt === attempt);
  const [first] = unknown;
  if (first === undefined || rows.some(({ state }) => ON_ITS_WAY.includes(state))) return NOT_UNKNOWN;
  if (as === 'RESEND' && first.payload === undefined) return GONE;
  await closeDispatches(
    tx,
    unknown.map(({ subject }) => subject),
  );
  const event =
    as === 'RESEND' && first.payload !== undefined
      ? resendEvent(deps, caller, unknown, first, first.payload)
      : resolvedEvent(deps, caller, unknown, first, as === 'SENT' ? 'SENT' : 'FAILED');
  if (event.type === 'message.resend_requested') await queueAgain(deps, tx, unknown, event.data.attempt);
  await deps.outbox.enqueue(tx, [event]);
  return event;
}

const partsOf = (rows: readonly MessageDispatch[]): number[] => rows.map(({ subject }) => subject.part);

function resolvedEvent(
  deps: CommandDeps,
  caller: Caller,
  unknown: readonly MessageDispatch[],
  { subject }: MessageDispatch,
  as: 'SENT' | 'FAILED',
): Extract<MessageEvent, { type: 'message.resolved' }> {
  const { messageId, attempt } = subject;
  return {
    ...envelopeOf(deps, subject),
    id: deps.identity.ofCommand(messageId, `attempt ${attempt}`, 'message.resolved'),
    type: 'message.resolved',
    data: { attempt, parts: partsOf(unknown), as, resolvedBy: caller.keyId },
  };
}

function resendEvent(
  deps: CommandDeps,
  caller: Caller,
  unknown: readonly MessageDispatch[],
  { subject }: MessageDispatch,
  { address, content: message, author, category, replyToMessageId }: DispatchPayload,
): Extract<MessageEvent, { type: 'message.resend_requested' }> {
  const attempt = subject.attempt + 1;
  return {
    ...envelopeOf(deps, subject),
    id: deps.identity.ofCommand(subject.messageId, `attempt ${attempt}`, 'message.resend_requested'),
    type: 'message.resend_requested',
    data: {
      ...{ attempt, parts: partsOf(unknown), resolvedBy: caller.keyId },
      ...(author !== undefined && { author }),
      ...(category !== undefined && { category }),
      ...(replyToMessageId !== undefined && { replyToMessageId }),
      content: { address, message },
    },
  };
}

/** The next attempt of the same parts, behind everything that waits in their conversation. */
async function queueAgain(
  { log, trace }: CommandDeps,
  tx: Transaction,
  unknown: readonly MessageDispatch[],
  attempt: number,
): Promise<void> {
  const subjects = unknown.map(({ subject }) => ({ ...subject, attempt }));
  const places = await placesOf(tx, subjects, (key) => log.partitionOf(key));
  await insertDispatches(
    tx,
    unknown.map(({ subject, payload = null }, index) => ({
      ...{
        state: 'waiting' as const,
        call: 0,
        payload: payload && { ...payload, trace: trace?.() },
        queueOffset: places[index] ?? 0n,
      },
      subject: { ...subject, attempt },
    })),
  );
  await advanceLanes(
    tx,
    subjects.map(({ conversationId }) => conversationId),
    'made',
  );
  await tx.execute(sql`select pg_notify('parley_dispatch', 'due')`);
}
