import type { Logger } from 'pino';
import type { ChannelDirectory } from '../../providers/channel.js';
import type { ProviderRegistry } from '../../providers/registry.js';
import { createRecent } from '../../recent.js';
import type { Clock } from '../kernel/clock.js';
import type { ConversationState } from '../conversation/state.js';
import type { Finders } from '../queries/finders.js';

export interface ShowTypingDeps {
  readonly directory: ChannelDirectory;
  readonly providers: ProviderRegistry;
  readonly finders: Pick<Finders, 'messagePage'>;
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
/** Among so many newest messages one of the contact's is looked for. */
const MESSAGES_LOOKED_AT = 20;

/**
 * Shows the contact that somebody types, where the provider can and nobody was told a moment ago. Returns at once: no
 * answer waits for it, and what became of it is nobody's concern.
 */
export function createShowTyping({ directory, providers, finders, clock, logger }: ShowTypingDeps) {
  const toldAt = createRecent<number>(REMEMBERED_MAX);
  let calls = 0;
  const show = async (conversation: ConversationState) => {
    const { channelId, address } = conversation;
    const channel = await directory.find(channelId);
    if (channel === undefined || !channel.isEnabled || address === null) return;
    const { settings, platform } = channel;
    const adapter = providers.get(channel.provider);
    const lastProviderMessageId = adapter?.typingNeedsMessage ? await findLast(finders, conversation) : undefined;
    const signal = AbortSignal.timeout(CALL_MS);
    await adapter?.showTyping?.({ settings, channelId, platform, address, lastProviderMessageId, signal });
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

async function findLast(finders: Pick<Finders, 'messagePage'>, { workspaceId, id }: ConversationState) {
  const page = await finders.messagePage(workspaceId, id, { direction: 'backward', limit: MESSAGES_LOOKED_AT });
  const incoming = page.edges.map(({ node }) => node).filter(({ direction }) => direction === 'INCOMING');
  return incoming.at(-1)?.providerMessageIds[0];
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
