import { createRecent } from '../../recent.js';
import type { Clock } from '../kernel/clock.js';
import type { ConversationState } from '../conversation/state.js';
import type { Finders } from '../queries/finders.js';
import { createProviderSignals, type ProviderSignalDeps } from './provider-signals.js';

export interface ShowTypingDeps extends ProviderSignalDeps {
  readonly finders: Pick<Finders, 'messagePage'>;
  readonly clock: Clock;
}

/** Providers show it for some seconds: told more often it would only spend their patience with us. */
const AGAIN_AFTER_MS = 5_000;
const CALL_MS = 3_000;
const CALLS_MAX = 16;
/** Conversations that are remembered; the one that was told of longest ago is forgotten first. */
const REMEMBERED_MAX = 10_000;
/** Among so many newest messages one of the contact's is looked for. */
const MESSAGES_LOOKED_AT = 20;

/** Shows the contact that somebody types, where the provider can and nobody was told a moment ago. */
export function createShowTyping(deps: ShowTypingDeps) {
  const toldAt = createRecent<number>(REMEMBERED_MAX);
  const signal = createProviderSignals(deps, { callsMax: CALLS_MAX, callMs: CALL_MS, what: 'who types' });
  return (conversation: ConversationState): void => {
    const now = deps.clock.now().getTime();
    if (now - (toldAt.get(conversation.id) ?? -Infinity) < AGAIN_AFTER_MS) return;
    const isTold = signal(conversation, async (adapter, target) => {
      if (adapter.showTyping === undefined) return;
      const lastProviderMessageId = adapter.typingNeedsMessage ? await findLast(deps.finders, conversation) : undefined;
      await adapter.showTyping({ ...target, lastProviderMessageId });
    });
    if (isTold) toldAt.set(conversation.id, now);
  };
}

async function findLast(finders: Pick<Finders, 'messagePage'>, { workspaceId, id }: ConversationState) {
  const page = await finders.messagePage(workspaceId, id, { direction: 'backward', limit: MESSAGES_LOOKED_AT });
  const incoming = page.edges.map(({ node }) => node).filter(({ direction }) => direction === 'INCOMING');
  return incoming.at(-1)?.providerMessageIds[0];
}
