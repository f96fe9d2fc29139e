import type { AskWindow, WindowQuestion } from '../../providers/ask-window.js';
import type { Capabilities } from '../../providers/provider.js';
import { isFree, passageOf, type WindowFacts, type Windowed } from '../message/service-window.js';
import type { Thread, ThreadRequest } from '../outbox/address-book.js';
import type { Finders } from '../queries/finders.js';
import type { FreshLookup } from './fresh-lookup.js';

export interface FindWindowDeps {
  readonly finders: Pick<Finders, 'conversations'>;
  readonly freshly: FreshLookup;
  readonly askWindow: AskWindow;
}

const NOTHING: WindowFacts = { lastIncomingAt: null };

/**
 * What is known of the service window. Before anything is refused for it, all that the log holds is read, and the provider
 * asked: it may have heard what we didn't. Nothing is looked up where the window doesn't matter.
 */
export async function findWindow(
  { finders, freshly, askWindow }: FindWindowDeps,
  said: Windowed,
  route: Pick<WindowQuestion, 'channel' | 'adapter'>,
  { workspaceId, address }: ThreadRequest,
  thread: Thread | undefined,
  { capabilities, now }: { readonly capabilities: Capabilities; readonly now: Date },
): Promise<WindowFacts> {
  const passage = (facts: WindowFacts) => passageOf(said, capabilities, facts, now);
  if (isFree(passage(NOTHING))) return NOTHING;
  let facts = NOTHING;
  let providerContactId: string | undefined;
  const look = async (known: Thread): Promise<true | undefined> => {
    const [conversation] = await finders.conversations(workspaceId, [known.conversationId]);
    facts = { lastIncomingAt: conversation?.lastIncomingAt ?? null };
    providerContactId = conversation?.providerContactId ?? undefined;
    return passage(facts).isOpen || undefined;
  };
  if (thread !== undefined && (await freshly(() => look(thread)))) return facts;
  return { ...facts, told: await askWindow({ ...route, address, providerContactId }) };
}
