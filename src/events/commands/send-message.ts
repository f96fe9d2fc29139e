import type { Caller } from '../../access/caller.js';
import type { MessageState } from '../message/state.js';
import type { CommandResult, SendMessage } from './commands.js';
import { answerOf, type SendLookups, type SendSteps } from './send-steps.js';

/** Validate, decide, append: answers after the log's acknowledgement, with the message folded in memory. */
export function createSendMessage(steps: SendSteps, lookups: SendLookups) {
  return async (caller: Caller, input: SendMessage, givenUp: AbortSignal): Promise<CommandResult<MessageState>> => {
    const prepared = await steps.prepare(caller, input, lookups);
    if (prepared.kind === 'refused') return { ok: false, userErrors: prepared.userErrors };
    if (prepared.kind === 'repeated') return prepared.answer();
    givenUp.throwIfAborted();
    const event = steps.eventAlone(prepared);
    if (event !== undefined) return answerOf(await steps.append(event));
    const reserved = await steps.reserve(prepared);
    if (reserved.kind === 'taken') return steps.repeatTaken(prepared.key, lookups);
    return answerOf(await reserved.publish(await reserved.opened));
  };
}
