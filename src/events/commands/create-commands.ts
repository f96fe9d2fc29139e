import type { CommandDeps } from './command-deps.js';
import type { Commands } from './commands.js';
import { createCreateChannel } from './create-channel.js';
import { withFaults } from './faults.js';
import { createFreshLookup } from './fresh-lookup.js';
import { createMarkConversationRead } from './mark-conversation-read.js';
import { createSendMessage } from './send-message.js';

const SEND_AGAIN = 'It is not known whether the message was recorded. Send it again with the same idempotencyKey.';
const MARK_AGAIN =
  'It is not known whether the read mark was recorded. Mark the conversation again: repeating is safe.';
const LOOK_FIRST = 'It is not known whether the channel was created. Look at `channels` before you create it again.';

/** Everything that changes something. Refusals are values; faults are thrown as `AppError` (rule 2). */
export function createCommands(deps: CommandDeps): Commands {
  const freshly = createFreshLookup(deps);
  const sendMessage = createSendMessage(deps, freshly);
  const markConversationRead = createMarkConversationRead(deps, freshly);
  const createChannel = createCreateChannel(deps);
  return {
    sendMessage: (caller, input, startedAt) =>
      withFaults(SEND_AGAIN, startedAt, (givenUp) => sendMessage(caller, input, givenUp)),
    markConversationRead: (caller, input, startedAt) =>
      withFaults(MARK_AGAIN, startedAt, (givenUp) => markConversationRead(caller, input, givenUp)),
    createChannel: (caller, input, startedAt) => withFaults(LOOK_FIRST, startedAt, () => createChannel(caller, input)),
  };
}
