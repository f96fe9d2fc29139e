import type { Caller } from '../../access/caller.js';
import type { Budgets } from '../../access/limits/budgets.js';
import { rateLimited } from '../../access/limits/refusals.js';
import { BATCH_MESSAGES_MAX, type BatchResult, type Commands } from '../../events/commands/commands.js';
import type { RequestContext } from '../../resolvers/context.js';
import type { Weight } from './cost.js';

/** Whoever waits for a budget or a slot is told within 5 s of his request too (rule 4). */
const ADMITTED_WITHIN_MS = 4_500;

/** `extensions.cost` of an answer. */
export interface CostStatement {
  readonly requested: number;
  /** As far as this process knows: others may spend at the same moment. */
  readonly remaining: number;
  /** RFC 3339: when all of it is there again if nothing is asked meanwhile. */
  readonly resetAt: string;
}

/** Before anything of a request is looked at. @throws AppError RATE_LIMITED, UNAVAILABLE */
export function admitRequest(budgets: Budgets, caller: Caller, startedAt: number): number | Promise<number> {
  return budgets.take(caller, 'requests', { wanted: 1, withinMs: timeLeft(startedAt) });
}

/** Of a request that began then, by `performance.now()`; in ms. */
export const timeLeft = (startedAt: number): number => Math.max(0, startedAt + ADMITTED_WITHIN_MS - performance.now());

/**
 * Before anything of an operation is executed: what it will send and what it costs, or nothing of both. Of batches alone
 * fewer may be granted than asked.
 * @returns what its commands are
 * @throws AppError RATE_LIMITED, UNAVAILABLE
 */
export async function admitOperation(
  budgets: Budgets,
  { caller, commands, startedAt }: Pick<RequestContext, 'caller' | 'commands' | 'startedAt'>,
  { cost, sends, batched }: Weight,
): Promise<Commands> {
  const withinMs = timeLeft(startedAt);
  const asked = { wanted: sends, least: sends - batched + Math.min(1, batched), withinMs };
  const granted = sends === 0 ? 0 : await budgets.take(caller, 'sends', asked);
  try {
    if (cost > 0) await budgets.take(caller, 'cost', { wanted: cost, withinMs });
  } catch (error) {
    budgets.giveBack(caller, 'sends', granted);
    throw error;
  }
  return granted === sends ? commands : rationed(commands, granted - (sends - batched));
}

export function stateCost(budgets: Budgets, caller: Caller, requested: number, now: Date): CostStatement {
  const { remaining, fullInMs } = budgets.remaining(caller, 'cost');
  return { requested, remaining, resetAt: new Date(now.getTime() + fullInMs).toISOString() };
}

/** Of a key that sends all it may there is more after a second at the latest. */
const RETRY_AFTER_MS = 1_000;

/**
 * The commands of an operation whose batches hold more messages than were granted: the first ones are sent, so that those
 * to one conversation keep their order, and each of the rest is refused by itself.
 */
function rationed(commands: Commands, granted: number): Commands {
  let left = granted;
  const { publicMessage: message } = rateLimited('sends', RETRY_AFTER_MS);
  const refused = {
    ok: false,
    userErrors: [{ code: 'RATE_LIMITED', message, field: null, retryAfterMs: RETRY_AFTER_MS }],
  } as const;
  return {
    ...commands,
    async sendMessages(caller, inputs, startedAt): Promise<BatchResult> {
      const allowed = Math.min(left, inputs.length);
      left -= allowed;
      if (allowed === inputs.length || inputs.length > BATCH_MESSAGES_MAX)
        return commands.sendMessages(caller, inputs, startedAt);
      const rest = inputs.slice(allowed).map(() => refused);
      if (allowed === 0) return { ok: true, results: rest, cursor: null };
      const sent = await commands.sendMessages(caller, inputs.slice(0, allowed), startedAt);
      return sent.ok ? { ...sent, results: [...sent.results, ...rest] } : sent;
    },
  };
}
