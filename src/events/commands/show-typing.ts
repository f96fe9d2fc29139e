import type { Logger } from 'pino';
import type { ChannelDirectory } from '../../providers/channel.js';
import type { ProviderRegistry } from '../../providers/registry.js';
import { createRecent } from '../../recent.js';
import type { Clock } from '../kernel/clock.js';
import type { ConversationState } from '../conversation/state.js';

export interface ShowTypingDeps {
  readonly directory: ChannelDirectory;
  readonly providers: ProviderRegistry;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Providers show it for some seconds: told more often it would only spend their patience with us. */
const AGAIN_AFTER_MS = 5_000;
const CALL_MS = 3_000;
/** Beyond it nobody is told: it is never worth a queue. */
const CALLS_MAX = 16;
/** Conversations that are remembered; the one that was told of longest ago is forgotten first. */
const REMEMBERED_MAX = 10_000;

/**
 * Shows the contact that somebody types, where the provider can and nobody was told a moment ago. Returns at once: no
 * answer waits for it, and what became of it is nobody's concern.
 */
export function createShowTyping({ directory, providers, clock, logger }: ShowTypingDeps) {
  const toldAt = createRecent<number>(REMEMBERED_MAX);
  let calls = 0;
  const show = async ({ channelId, address }: ConversationState) => {
    const channel = await directory.find(channelId);
    if (channel === undefined || !channel.isEnabled || address === null) return;
    const { settings, platform } = channel;
    await providers
      .get(channel.provider)
      ?.showTyping?.({ settings, channelId, platform, address, signal: AbortSignal.timeout(CALL_MS) });
  };
  return (conversation: ConversationState): void => {
    const now = clock.now().getTime();
    const isTold = now - (toldAt.get(conversation.id) ?? -Infinity) < AGAIN_AFTER_MS;
    if (isTold || calls >= CALLS_MAX) return;
    toldAt.set(conversation.id, now);
    calls += 1;
    show(conversation)
      .catch((error: unknown) => logger.debug({ reason: nameOf(error) }, 'a contact was not shown who types'))
      .finally(() => (calls -= 1));
  };
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
