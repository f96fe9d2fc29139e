import { pause } from '../../lifecycle.js';
import type { Vector } from '../kernel/cursor.js';
import { evolveMessage } from '../message/evolve.js';
import type { MessageState } from '../message/state.js';
import type { AppendedPosition } from '../log/event-log.js';
import type { KeyRef, KeyRow } from '../outbox/idempotency-rows.js';
import type { Outbox } from '../outbox/outbox.js';
import type { Finders } from '../queries/finders.js';
import { raiseCursor } from './answer-cursor.js';
import type { CommandResult } from './commands.js';

/** How long a repeat waits for whoever made the row, before it appends the row's event itself (design §8). */
const POSITION_WAIT_MS = 1_000;
const LOOK_EVERY_MS = 25;

export interface RepeatDeps {
  readonly finders: Pick<Finders, 'messages'>;
  readonly outbox: Outbox;
  readonly find: (ref: KeyRef) => Promise<KeyRow | undefined>;
  readonly tail: () => Vector;
}

/** Answers a key that stands for a message already. Nobody answers before a position is known. */
export async function answerRepeat(
  deps: RepeatDeps,
  ref: KeyRef,
  row: KeyRow,
  requestHash: string,
): Promise<CommandResult<MessageState>> {
  if (row.requestHash !== requestHash) return CONFLICT;
  const { event, position, cursor } = await withPosition(deps, ref, row);
  const messageId = event.messageId;
  const [current] = messageId === undefined ? [] : await deps.finders.messages(event.workspaceId, [messageId]);
  // A stub is a receipt that was faster than its message: the row's own event says more.
  const isKnown = current !== undefined && current.direction !== null;
  const tail = deps.tail();
  return {
    ok: true,
    value: isKnown ? current : evolveMessage(undefined, { event, position }),
    cursor: raiseCursor(cursor.length === tail.length ? cursor : tail, [position]),
  };
}

const CONFLICT: CommandResult<never> = {
  ok: false,
  userErrors: [
    {
      code: 'IDEMPOTENCY_CONFLICT',
      message: 'This idempotency key was used with another input. Use a new key for a new message.',
      field: ['idempotencyKey'],
    },
  ],
};

type Acknowledged = KeyRow & { readonly position: AppendedPosition };
const isAcknowledged = (row: KeyRow): row is Acknowledged => row.position !== undefined;

async function withPosition(deps: RepeatDeps, ref: KeyRef, row: KeyRow): Promise<Acknowledged> {
  const deadline = performance.now() + POSITION_WAIT_MS;
  let latest = row;
  while (!isAcknowledged(latest) && performance.now() < deadline) {
    await pause(LOOK_EVERY_MS);
    latest = (await deps.find(ref)) ?? latest;
  }
  if (isAcknowledged(latest)) return latest;
  return { ...latest, position: await deps.outbox.publishStored(latest) };
}
