import type { Logger } from 'pino';
import { createBoundedRunner } from '../../bounded-runner.js';
import type { ChannelDirectory } from '../../providers/channel.js';
import type { ProviderAdapter, TypingRequest } from '../../providers/provider.js';
import type { ProviderRegistry } from '../../providers/registry.js';
import type { ConversationState } from '../conversation/state.js';

export interface ProviderSignalDeps {
  readonly directory: ChannelDirectory;
  readonly providers: ProviderRegistry;
  readonly logger: Logger;
}

type Target = TypingRequest<unknown>;
/** Answers at once where the provider can't. */
export type TellProvider = (adapter: ProviderAdapter, target: Target) => Promise<void> | undefined;

/**
 * Has a provider show something to the contact of a conversation. Returns at once: no answer waits for it, and what became
 * of it is nobody's concern. Answers false where as many calls are under way as may be: then nobody is told, for it is
 * never worth a queue.
 * @param what for the log
 */
export function createProviderSignals(
  { directory, providers, logger }: ProviderSignalDeps,
  { callsMax, callMs, what }: { readonly callsMax: number; readonly callMs: number; readonly what: string },
) {
  const run = createBoundedRunner(logger, callsMax, `a contact was not shown ${what}`);
  const call = async ({ channelId, address }: ConversationState, tell: TellProvider) => {
    const channel = await directory.find(channelId);
    const adapter = channel && providers.get(channel.provider);
    if (channel === undefined || adapter === undefined || !channel.isEnabled || address === null) return;
    const { settings, platform } = channel;
    await tell(adapter, { settings, channelId, platform, address, signal: AbortSignal.timeout(callMs) });
  };
  return (conversation: ConversationState, tell: TellProvider): boolean => run(() => call(conversation, tell));
}
