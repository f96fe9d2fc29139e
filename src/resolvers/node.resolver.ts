import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { OBJECT_SCOPES } from '../access/matrix.js';
import { originVector } from '../events/kernel/cursor.js';
import {
  ID_PREFIX,
  apiKeyIds,
  channelIds,
  contactIds,
  conversationIds,
  eventIds,
  messageIds,
  templateIds,
} from '../events/kernel/ids.js';
import { decodeTypeId } from '../events/kernel/typeid.js';
import type { JournalItem } from '../events/queries/finders.js';
import { Node } from '../schema/graphql/node.type.js';
import { toApiKey } from './api-key.view.js';
import { badInput, requireShortList } from './arguments.js';
import { toChannel } from './channel.view.js';
import { toContact } from './contact.view.js';
import type { RequestContext } from './context.js';
import { toConversation } from './conversation.view.js';
import { toEvent } from './event.view.js';
import { toMessage } from './message.view.js';
import { toTemplate } from './template.view.js';

@Resolver()
export class NodeResolver {
  @Query(() => Node, { nullable: true, description: 'Anything by its id. Null when there is none.' })
  node(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Node | null> {
    return readerOf(id)(context);
  }

  @Query(() => [Node], { nullable: 'items', description: 'At most 100, in the order asked for.' })
  nodes(
    @Arg('ids', () => [ID], { description: 'Their ids.' }) ids: string[],
    @Ctx() context: RequestContext,
  ): Promise<(Node | null)[]> {
    const readers = requireShortList(ids, 'ids').map(readerOf);
    return Promise.all(readers.map((read) => read(context)));
  }
}

type NodeReader = (context: RequestContext) => Promise<Node | null>;

/** Null, without an error, for who may not see that kind of object. */
const whoMaySee =
  (kind: string, read: NodeReader): NodeReader =>
  async (context) => {
    const scope = OBJECT_SCOPES[kind];
    return scope !== undefined && context.caller.scopes.has(scope) ? read(context) : null;
  };

/** Judges the id before anything is read, so that a malformed one is told whatever the others are. */
function readerOf(text: string): NodeReader {
  const message = messageIds.parse(text);
  if (message !== undefined)
    return whoMaySee('Message', async ({ loaders }) => toMessage(await loaders.messages.load(message)));
  const conversation = conversationIds.parse(text);
  if (conversation !== undefined) {
    return whoMaySee('Conversation', async ({ loaders }) =>
      shown(await loaders.conversations.load(conversation), toConversation),
    );
  }
  const contact = contactIds.parse(text);
  if (contact !== undefined)
    return whoMaySee('Contact', async ({ loaders }) => shown(await loaders.contacts.load(contact), toContact));
  const channel = channelIds.parse(text);
  if (channel !== undefined) {
    return whoMaySee('Channel', async ({ loaders, publicUrl }) =>
      shown(await loaders.channels.load(channel), (view) => toChannel(view, publicUrl())),
    );
  }
  const template = templateIds.parse(text);
  if (template !== undefined)
    return whoMaySee('Template', async ({ loaders }) => shown(await loaders.templates.load(template), toTemplate));
  const event = eventIds.parse(text);
  if (event !== undefined) {
    return whoMaySee('Event', async (context) =>
      shown(await context.loaders.events.load(event), (item) => toLoneEvent(item, context)),
    );
  }
  const apiKey = apiKeyIds.parse(text);
  if (apiKey !== undefined)
    return whoMaySee('ApiKey', async ({ loaders }) => shown(await loaders.apiKeys.load(apiKey), toApiKey));
  return readerOfOtherKind(text);
}

/** A well-formed id of something that is no node answers null, like an unknown one. */
function readerOfOtherKind(text: string): NodeReader {
  if (Object.values(ID_PREFIX).some((prefix) => decodeTypeId(prefix, text) !== undefined)) return async () => null;
  throw badInput('Not an id.');
}

/** Fetched alone, an event's cursor knows only its own partition: whoever subscribes after it gets repeats, no gap. */
function toLoneEvent({ event, position }: JournalItem, { cursors, feed, caller }: RequestContext) {
  const vector = originVector(feed.tail().length).map((offset, partition) =>
    partition === position.partition ? position.offset + 1n : offset,
  );
  return toEvent(event, cursors.encode(vector), caller.scopes);
}

const shown = <State, Item>(state: State | undefined, toItem: (state: State) => Item): Item | null =>
  state === undefined ? null : toItem(state);
