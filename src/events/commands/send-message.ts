import type { Caller } from '../../access/caller.js';
import { createMicroBatch } from '../../database/micro-batch.js';
import { UnavailableError } from '../../errors.js';
import type { MessageAccepted } from '../message/decide.js';
import { evolveMessage } from '../message/evolve.js';
import { refuseKey } from '../message/send-form.js';
import type { MessageState } from '../message/state.js';
import type { ThreadRequest } from '../outbox/address-book.js';
import type { KeyRef } from '../outbox/idempotency-rows.js';
import { raiseCursor } from './answer-cursor.js';
import type { CommandDeps } from './command-deps.js';
import type { CommandResult, SendMessage } from './commands.js';
import type { FreshLookup } from './fresh-lookup.js';
import { judgeSend } from './judge-send.js';
import { createKeyFinder } from './key-finder.js';
import { answerRepeat } from './repeats.js';
import { canonicalRequest } from './request-hash.js';
import { createReservations, type Published } from './reservations.js';

const LOOKUP_BATCH_MAX = 500;
const LOOKUP_WAITING_MAX = 10_000;

type Key = KeyRef & { readonly requestHash: string };

/** Validate, decide, append: answers after the log's acknowledgement, with the message folded in memory. */
export function createSendMessage(deps: CommandDeps, freshly: FreshLookup) {
  const lookups = { sizeMax: LOOKUP_BATCH_MAX, waitingMax: LOOKUP_WAITING_MAX };
  const findKey = createKeyFinder(deps);
  const findThread = createMicroBatch({
    ...lookups,
    run: (requests: readonly ThreadRequest[]) => deps.addressBook.find(deps.database.orm, requests),
  });
  const tail = () => deps.feed.tail();
  const reserve = createReservations({ ...deps, tail });
  const repeatDeps = { ...deps, find: findKey, tail };

  async function send(caller: Caller, input: SendMessage, givenUp: AbortSignal): Promise<CommandResult<MessageState>> {
    const key = keyOf(deps, caller, input);
    if (key === undefined) return sendReady(caller, input, undefined, givenUp);
    const refusals = refuseKey(key.key);
    if (refusals.length > 0) return { ok: false, userErrors: refusals };
    return (await repeat(key)) ?? sendReady(caller, input, key, givenUp);
  }

  async function repeat(key: Key): Promise<CommandResult<MessageState> | undefined> {
    const row = await findKey(key);
    return row && answerRepeat(repeatDeps, key, row, key.requestHash);
  }

  async function sendReady(caller: Caller, input: SendMessage, key: Key | undefined, givenUp: AbortSignal) {
    const ready = await judgeSend(deps, { freshly, findThread }, caller, input, key);
    if (!ready.ok) return { ok: false as const, userErrors: ready.refusals };
    givenUp.throwIfAborted();
    const { thread, acceptance } = ready.value;
    const event = key === undefined && thread !== undefined ? acceptance(thread) : undefined;
    if (event !== undefined && isAlone(event)) return answer(await appendOnly(event));
    const reserved = await reserve({ key, ...ready.value });
    if (reserved.kind === 'made') return answer(await reserved.publish(await reserved.opened));
    const repeated = key && (await repeat(key));
    if (repeated === undefined) throw new UnavailableError('This idempotency key is being used just now. Try again.');
    return repeated;
  }

  /** No row has to agree with it: the event alone is the fact (rule 3). */
  async function appendOnly(event: MessageAccepted): Promise<Published> {
    const position = await deps.outbox.append(event);
    return { event, position, cursor: raiseCursor(tail(), [position]) };
  }

  return send;
}

function keyOf({ identity }: CommandDeps, { workspaceId }: Caller, input: SendMessage): Key | undefined {
  if (input.idempotencyKey === undefined) return undefined;
  return { workspaceId, key: input.idempotencyKey, requestHash: identity.requestHash(canonicalRequest(input)) };
}

/** A scheduled message needs its dispatches, and a reaction what it says of its target. */
const isAlone = ({ type, data }: MessageAccepted): boolean =>
  type === 'message.accepted' && data.contentKind !== 'reaction';

const answer = ({ event, position, cursor }: Published): CommandResult<MessageState> => ({
  ok: true,
  value: evolveMessage(undefined, { event, position }),
  cursor,
});
