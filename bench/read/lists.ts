import type { Finders } from '../../src/events/queries/finders.js';
import type { Place, Side } from '../compared-path.js';
import { conversationIds, createFinders, openDatabase, warning, workspaceIds } from '../product.js';
import { conversationUuid, fillReadTables } from './fill.js';

const WORKSPACE = '00000001-0000-7000-8000-000000000001';
const CHANNEL = '00000002-0000-7000-8000-000000000001';
const MESSAGES_EACH = 50;
const PAGE_SIZE = 25;

export type List = 'conversations' | 'messages';

/** One page after another, as the resolvers read it, out of so many messages. */
export async function readList({ databaseUrl }: Place, list: List, messages: number): Promise<Side> {
  const conversations = messages / MESSAGES_EACH;
  await fillReadTables(databaseUrl, { messages, conversations, workspaceId: WORKSPACE, channelId: CHANNEL });
  const database = openDatabase(databaseUrl, warning);
  const finders = createFinders({ database });
  const readPage = list === 'conversations' ? pagesOfConversations(finders) : pagesOfMessages(finders, conversations);
  return {
    async work(milliseconds) {
      const until = performance.now() + milliseconds;
      const latenciesMs: number[] = [];
      while (performance.now() < until) {
        const startedAt = performance.now();
        await readPage();
        latenciesMs.push(performance.now() - startedAt);
      }
      return { operations: latenciesMs.length, latenciesMs };
    },
    close: () => database.close(),
  };
}

const workspace = () => workspaceIds.fromUuid(WORKSPACE);

/** From the newest on, page by page, and from the beginning again at the end. */
function pagesOfConversations(finders: Finders): () => Promise<void> {
  let after: string | undefined;
  return async () => {
    const page = await finders.conversationPage(workspace(), {}, { limit: PAGE_SIZE, direction: 'forward', after });
    after = page.hasNextPage ? page.edges.at(-1)?.cursor : undefined;
    if (page.edges.length !== PAGE_SIZE) throw new Error('The page is not full.');
  };
}

/** The last page of any conversation. */
function pagesOfMessages(finders: Finders, conversations: number): () => Promise<void> {
  return async () => {
    const id = conversationIds.fromUuid(conversationUuid(Math.floor(Math.random() * conversations)));
    const page = await finders.messagePage(workspace(), id, { limit: PAGE_SIZE, direction: 'backward' });
    if (page.edges.length !== PAGE_SIZE) throw new Error('The page is not full.');
  };
}
