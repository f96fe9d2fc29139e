import type { Caller } from '../../access/caller.js';
import { formatReference } from '../../providers/reference.js';
import { webhookUrlOf } from '../../providers/registry.js';
import { shownCall } from '../../providers/shown-call.js';
import { findProviderMessageId, targetOf } from '../workers/dispatcher/target-id.js';
import type { CommandDeps } from './command-deps.js';
import type { CommandResult, MessagePreview, PreviewMessage } from './commands.js';
import type { PreviewedSend, SendLookups, SendSteps } from './send-steps.js';

/** What a send would ask of the provider: judged as a send is, and neither recorded nor sent. */
export function createPreviewMessage(deps: CommandDeps, steps: SendSteps, lookups: SendLookups) {
  return async (caller: Caller, { publicUrl, ...input }: PreviewMessage): Promise<CommandResult<MessagePreview>> => {
    const judged = await steps.judgeOnly(caller, input, lookups);
    if (!judged.ok) return { ok: false, userErrors: judged.refusals };
    const target = targetOf({ content: judged.value.content, replyToMessageId: input.replyToMessageId });
    const targetId = target && (await findProviderMessageId(deps.database.orm, caller.workspaceId, target));
    const { degradedFrom } = judged.value;
    const calls = callsOf(judged.value, publicUrl, targetId);
    return { ok: true, value: { calls, degradedFrom }, cursor: deps.feed.tail() };
  };
}

function callsOf(
  { route: { channel, adapter }, content, request: { address }, messageId, windowTag }: PreviewedSend,
  publicUrl: string,
  targetId: string | undefined,
): MessagePreview['calls'] {
  // As the dispatcher: a reaction to what the provider doesn't know says nothing.
  if (content.kind === 'reaction' && targetId === undefined) return [];
  const { id: channelId, platform, settings } = channel;
  const webhookUrl = webhookUrlOf(publicUrl, channel);
  return Array.from({ length: adapter.partsOf(content, platform) }, (_, part) => {
    const reference = formatReference({ messageId, attempt: 1, part });
    const said = { reference, address, content, part, call: 1, replyToProviderMessageId: targetId };
    return shownCall(adapter.request({ channelId, platform, settings, ...said, windowTag, webhookUrl }));
  });
}
