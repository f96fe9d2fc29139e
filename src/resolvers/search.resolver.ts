import { Arg, Args, Ctx, Query, Resolver } from 'type-graphql';
import { channelIds, conversationIds } from '../events/kernel/ids.js';
import type { FoundMessage, MessageSearch } from '../events/queries/finders.js';
import { PageArgs } from '../schema/graphql/page.args.js';
import {
  MessageSearchConnection,
  MessageSearchEdge,
  MessageSearchFilter,
  SnippetPiece,
} from '../schema/graphql/search.type.js';
import { badInput, optionalId, requireId, requireShortList, requireText, toPageRequest } from './arguments.js';
import type { RequestContext } from './context.js';
import { instance } from './instance.js';
import { toListedMessage } from './message.view.js';
import { toConnection } from './page.view.js';
import { findThreadIds } from './shown-thread.js';

const SEARCH_LENGTH_MAX = 256;

@Resolver()
export class SearchResolver {
  @Query(() => MessageSearchConnection, {
    description:
      'Messages that say these words, newest first: of what stands in `messages`, text, title and subject. `PARLEY_SEARCH_LANGUAGE` tells which forms of a word are one.',
  })
  async searchMessages(
    @Arg('text', () => String, {
      description: 'Words that must all be there, "phrases in quotes", or, -without: at most 256 characters.',
    })
    text: string,
    @Args(() => PageArgs) args: PageArgs,
    @Arg('filter', () => MessageSearchFilter, { nullable: true, description: 'Among which messages.' })
    filter: MessageSearchFilter | null,
    @Ctx() context: RequestContext,
  ): Promise<MessageSearchConnection> {
    const { finders, caller } = context;
    const search = { text: requireWords(text), ...(await toConditions(filter, context)) };
    const found = new Map<string, FoundMessage>();
    const { edges, ...page } = await toConnection(
      toPageRequest(args),
      (request) => finders.searchPage(caller.workspaceId, search, request),
      (item) => {
        found.set(item.message.id, item);
        return toListedMessage(item.message);
      },
    );
    const snippetOf = (id: string) => (found.get(id)?.snippet ?? []).map((piece) => instance(SnippetPiece, piece));
    return instance(MessageSearchConnection, {
      ...page,
      edges: edges.map(({ cursor, node }) =>
        instance(MessageSearchEdge, { cursor, node, snippet: snippetOf(node.id) }),
      ),
    });
  }
}

/** @throws AppError BAD_USER_INPUT */
function requireWords(text: string): string {
  if (text.length > SEARCH_LENGTH_MAX) throw badInput(`\`text\` has at most ${SEARCH_LENGTH_MAX} characters.`);
  return requireText(text, 'text');
}

/** @throws AppError BAD_USER_INPUT */
async function toConditions(
  filter: MessageSearchFilter | null,
  context: RequestContext,
): Promise<Omit<MessageSearch, 'text'>> {
  const channels = filter?.channelIds ?? undefined;
  const conversationId = optionalId(conversationIds, filter?.conversationId, 'conversationId');
  return {
    thread: conversationId && (await findThreadIds(conversationId, context)),
    channelIds:
      channels && requireShortList(channels, 'channelIds').map((id) => requireId(channelIds, id, 'channelIds')),
    direction: filter?.direction ?? undefined,
  };
}
