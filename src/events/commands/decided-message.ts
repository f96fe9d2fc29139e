import { sqlStateOf } from '../../database/errors.js';
import type { Transaction } from '../../database/database.js';
import { UnavailableError } from '../../errors.js';
import type { MessageId, WorkspaceId } from '../kernel/ids.js';
import { traced } from '../kernel/trace-context.js';
import type { OutgoingRecord } from '../log/event-log.js';
import { evolveMessage } from '../message/evolve.js';
import type { MessageEvent } from '../message/events.js';
import type { MessageState, MessageStatus } from '../message/state.js';
import type { DispatchSubject } from '../workers/dispatcher/dispatch.js';
import { raiseCursor } from './answer-cursor.js';
import type { CommandDeps } from './command-deps.js';
import type { CommandResult, UserError } from './commands.js';
import type { FreshLookup } from './fresh-lookup.js';

/** Postgres ends a circle of locks by undoing one of the transactions: tried so often. */
const TRIES_MAX = 3;
/** How long the message waits for the projection, where that hasn't heard of it at all. */
const PROJECTION_WAIT_MS = 2_000;

/**
 * One decision on a message's rows, undone and begun anew where it met somebody else in a circle of locks. Asked before,
 * and not within: a transaction that waits for a second connection could wait for itself.
 * @throws UnavailableError while Postgres may be an older copy, whose rows don't know what was sent since (rule 16)
 */
export async function decideOnRows<Result>(
  { database, hasIntakeSeenAll }: Pick<CommandDeps, 'database' | 'hasIntakeSeenAll'>,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  if (!(await hasIntakeSeenAll()))
    throw new UnavailableError('Parley was restored and still reads what happened since. Try again in a moment.');
  for (let tries = 1; ; tries += 1) {
    try {
      return await database.transaction(work);
    } catch (error) {
      if (tries >= TRIES_MAX || !sqlStateOf(error)?.startsWith('40')) throw error;
    }
  }
}

/** The envelope of what a person decided about a message. */
export function envelopeOf(deps: Pick<CommandDeps, 'identity' | 'clock' | 'trace'>, subject: DispatchSubject) {
  const { workspaceId, channelId, conversationId, contactId, messageId } = subject;
  const at = deps.clock.now().toISOString();
  return {
    ...{ version: 1, workspaceId, channelId, conversationId, ...(contactId === undefined ? {} : { contactId }) },
    ...{ messageId, occurredAt: at, recordedAt: at, causationId: deps.identity.ofAcceptance(messageId) },
    ...traced(deps.trace?.()),
  };
}

/**
 * After the commit: waits for the log's acknowledgement and answers the message with what was decided folded in.
 * Undefined where the projection hasn't heard of the message within 2 s; the decision stands all the same.
 * @param stored the event's record where it was decided before, and is read from its row
 */
export async function answerDecided(
  deps: Pick<CommandDeps, 'outbox' | 'feed' | 'finders'>,
  messageId: MessageId,
  event: MessageEvent,
  stored?: OutgoingRecord,
): Promise<CommandResult<MessageState | undefined>> {
  const [position] = stored
    ? [await deps.outbox.publishStored({ event, record: stored })]
    : await deps.outbox.publish([event]);
  if (position === undefined) throw new Error('The outbox answers each event with its position.');
  const cursor = raiseCursor(deps.feed.tail(), [position]);
  const find = async () => (await deps.finders.messages(event.workspaceId, [messageId]))[0];
  let known = await find();
  if (known === undefined && (await deps.feed.waitUntilPassed(cursor, PROJECTION_WAIT_MS))) known = await find();
  return { ok: true, value: known && evolveMessage(known, { event, position }), cursor };
}

/**
 * Why a message without dispatches isn't to be decided about: it isn't there, or it isn't of that kind.
 * @throws UnavailableError where it is of that kind: a restored Postgres hasn't its rows back yet
 */
export async function refuseWithoutRows(
  { finders }: Pick<CommandDeps, 'finders'>,
  freshly: FreshLookup,
  asked: { readonly workspaceId: WorkspaceId; readonly messageId: MessageId; readonly status: MessageStatus },
  otherwise: UserError,
): Promise<UserError> {
  const found = await freshly(async () => (await finders.messages(asked.workspaceId, [asked.messageId]))[0]);
  if (found?.status === asked.status) throw new UnavailableError('What is known of this message is still being read.');
  return found === undefined ? { ...otherwise, code: 'MESSAGE_NOT_FOUND', message: 'No such message.' } : otherwise;
}
