import type { Caller } from '../../access/caller.js';
import { createMicroBatch } from '../../database/micro-batch.js';
import { UnavailableError } from '../../errors.js';
import { createAskWindow } from '../../providers/ask-window.js';
import { accepted, type Decision } from '../kernel/decision.js';
import type { MessageId } from '../kernel/ids.js';
import type { MessageAccepted } from '../message/decide.js';
import { evolveMessage } from '../message/evolve.js';
import { refuseKey } from '../message/send-form.js';
import type { MessageState } from '../message/state.js';
import type { ThreadRequest } from '../outbox/address-book.js';
import type { KeyRef } from '../outbox/idempotency-rows.js';
import { raiseCursor } from './answer-cursor.js';
import { createRefuseBacklog } from './backlog.js';
import type { CommandDeps } from './command-deps.js';
import type { CommandResult, SendMessage, UserError } from './commands.js';
import type { FreshLookup } from './fresh-lookup.js';
import { judgeSend, type Arrival, type ReadySend } from './judge-send.js';
import { createFindTemplates } from './kept-template.js';
import { createKeyFinder } from './key-finder.js';
import { answerRepeat } from './repeats.js';
import { canonicalRequest } from './request-hash.js';
import { createReservations, type Published, type Reserved } from './reservations.js';

const LOOKUP_BATCH_MAX = 500;
const LOOKUP_WAITING_MAX = 10_000;

export type SendKey = KeyRef & { readonly requestHash: string };

/** How a send looks up what it names: alone, or together with the others of its batch. */
export interface SendLookups {
  readonly finders: CommandDeps['finders'];
  readonly freshly: FreshLookup;
}

/** A send that was refused, one whose key stands for a message already, or one that may go. */
export type PreparedSend =
  | { readonly kind: 'refused'; readonly userErrors: readonly UserError[] }
  /** Its answer may have to wait, for nobody answers before a position is known; a batch goes on meanwhile. */
  | { readonly kind: 'repeated'; answer(): Promise<CommandResult<MessageState>> }
  | ReadyToGo;

/** Under an id that no message will have. */
export type PreviewedSend = ReadySend & { readonly messageId: MessageId };

export interface ReadyToGo {
  readonly kind: 'ready';
  readonly key: SendKey | undefined;
  readonly send: ReadySend;
}

/** What one send takes and a batch of them takes together; each step waits for its like in one statement. */
export interface SendSteps {
  /** Judges a send that nobody makes. Writes nothing. */
  judgeOnly(caller: Caller, input: SendMessage, lookups: SendLookups): Promise<Decision<PreviewedSend, UserError>>;
  /** Looks its key up, then judges it. Writes nothing. */
  prepare(caller: Caller, input: SendMessage, lookups: SendLookups): Promise<PreparedSend>;
  /** The event, where it is all there is to record: no row has to agree with it (rule 3). */
  eventAlone(ready: ReadyToGo): MessageAccepted | undefined;
  /** Hands over at once, so that calls one after another keep their order. */
  append(event: MessageAccepted): Promise<Published>;
  reserve(ready: ReadyToGo): Promise<Reserved>;
  /** The answer to a key that another send of the same moment took. @throws UnavailableError */
  repeatTaken(key: SendKey | undefined, lookups: SendLookups): Promise<CommandResult<MessageState>>;
}

export function createSendSteps(deps: CommandDeps): SendSteps {
  const findKey = createKeyFinder(deps);
  const shared = createShared(deps);
  const tail = () => deps.feed.tail();
  const reserve = createReservations({ ...deps, tail });
  const findRepeat = async (key: SendKey, { finders }: SendLookups) => {
    const row = await findKey(key);
    return row && (() => answerRepeat({ ...deps, finders, find: findKey, tail }, key, row, key.requestHash));
  };
  const arrive = (): Arrival => ({ messageId: deps.newMessageId(), now: deps.clock.now(), trace: deps.trace?.() });
  return {
    async judgeOnly(caller, input, { finders, freshly }) {
      const arrival = arrive();
      const how = { freshly, ...shared };
      const judged = await judgeSend({ ...deps, finders }, how, caller, input, arrival, undefined);
      return judged.ok ? accepted({ ...judged.value, messageId: arrival.messageId }) : judged;
    },
    async prepare(caller, input, lookups) {
      const arrival = arrive();
      const key = keyOf(deps, caller, input);
      const refusals = key === undefined ? [] : refuseKey(key.key);
      if (refusals.length > 0) return { kind: 'refused', userErrors: refusals };
      const answer = key && (await findRepeat(key, lookups));
      if (answer !== undefined) return { kind: 'repeated', answer };
      const { finders, freshly } = lookups;
      const how = { freshly, ...shared };
      const judged = await judgeSend({ ...deps, finders }, how, caller, input, arrival, key);
      return judged.ok ? { kind: 'ready', key, send: judged.value } : { kind: 'refused', userErrors: judged.refusals };
    },
    eventAlone({ key, send: { thread, acceptance } }) {
      const event = key === undefined && thread !== undefined ? acceptance(thread) : undefined;
      return event !== undefined && isAlone(event) ? event : undefined;
    },
    async append(event) {
      const position = await deps.outbox.append(event);
      return { event, position, cursor: raiseCursor(tail(), [position]) };
    },
    reserve: ({ key, send }) => reserve({ key, ...send }),
    async repeatTaken(key, lookups) {
      const repeated = key && (await findRepeat(key, lookups));
      if (repeated !== undefined) return repeated();
      throw new UnavailableError('This idempotency key is being used just now. Try again.');
    },
  };
}

/** What sends of one moment look up together. */
function createShared(deps: CommandDeps) {
  const executor = deps.database.orm;
  const findThread = createMicroBatch({
    ...{ sizeMax: LOOKUP_BATCH_MAX, waitingMax: LOOKUP_WAITING_MAX },
    run: (requests: readonly ThreadRequest[]) => deps.addressBook.find(executor, requests),
  });
  return {
    ...{ findThread, findTemplates: createFindTemplates(deps.database) },
    ...{ refuseBacklog: createRefuseBacklog({ ...deps, executor }), askWindow: createAskWindow() },
  };
}

function keyOf({ identity }: CommandDeps, { workspaceId }: Caller, input: SendMessage): SendKey | undefined {
  if (input.idempotencyKey === undefined) return undefined;
  return { workspaceId, key: input.idempotencyKey, requestHash: identity.requestHash(canonicalRequest(input)) };
}

/** A scheduled message needs its dispatches, and a reaction what it says of its target. */
const isAlone = ({ type, data }: MessageAccepted): boolean =>
  type === 'message.accepted' && data.contentKind !== 'reaction';

/** What a send answers once the log has it: the message folded in memory. */
export const answerOf = ({ event, position, cursor }: Published): CommandResult<MessageState> => ({
  ok: true,
  value: evolveMessage(undefined, { event, position }),
  cursor,
});
