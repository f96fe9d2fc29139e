import DataLoader from 'dataloader';
import type { ApiKeyView } from '../access/key-view.js';
import type { ContactState } from '../events/contact/state.js';
import type { Note } from '../events/conversation/note.js';
import type { WholeConversation } from '../events/conversation/combine.js';
import type {
  ApiKeyId,
  ChannelId,
  ContactId,
  ConversationId,
  EventId,
  MessageId,
  TemplateId,
  WorkspaceId,
} from '../events/kernel/ids.js';
import type { MessageState } from '../events/message/state.js';
import { createPageLoader, type PageLoader } from './page-loader.js';
import type { TemplateView } from '../events/queries/template-view.js';
import type { ChannelView, Finders, JournalItem, Page, PageRequest, TimelineView } from '../events/queries/finders.js';

/** Each kind by id, batched and remembered for as long as the loaders live: one operation or one delivered event. */
export interface Loaders {
  readonly messages: DataLoader<MessageId, MessageState | undefined>;
  readonly timelines: DataLoader<MessageId, TimelineView[]>;
  readonly conversations: DataLoader<ConversationId, WholeConversation | undefined>;
  readonly contacts: DataLoader<ContactId, ContactState | undefined>;
  readonly channels: DataLoader<ChannelId, ChannelView | undefined>;
  readonly templates: DataLoader<TemplateId, TemplateView | undefined>;
  readonly queueDepths: DataLoader<ChannelId, number | undefined>;
  readonly events: DataLoader<EventId, JournalItem | undefined>;
  readonly apiKeys: DataLoader<ApiKeyId, ApiKeyView | undefined>;
  readonly messagePages: PageLoader<ConversationId, MessageState>;
  readonly scheduledPages: PageLoader<ConversationId, MessageState>;
  readonly notePages: PageLoader<ConversationId, Note>;
  readonly contactMessagePages: PageLoader<ContactId, MessageState>;
  readonly conversationPages: PageLoader<ContactId, WholeConversation>;
}

// 500: a statement with more ids gains nothing, and Postgres plans it anew.
const options = { maxBatchSize: 500 };

export function createLoaders(finders: Finders, workspace: WorkspaceId): Loaders {
  const pages = <Id extends string, State>(
    readOne: (workspace: WorkspaceId, id: Id, page: PageRequest, absorbed?: readonly Id[]) => Promise<Page<State>>,
    readEach: (workspace: WorkspaceId, ids: readonly Id[], page: PageRequest) => Promise<readonly Page<State>[]>,
  ) =>
    createPageLoader<Id, State>(
      (id, page, absorbed) => readOne(workspace, id, page, absorbed),
      (ids, page) => readEach(workspace, ids, page),
    );
  return {
    messages: new DataLoader((ids) => finders.messages(workspace, ids), options),
    timelines: new DataLoader((ids) => finders.timelines(workspace, ids), options),
    conversations: new DataLoader((ids) => finders.conversations(workspace, ids), options),
    contacts: new DataLoader((ids) => finders.contacts(workspace, ids), options),
    channels: new DataLoader((ids) => finders.channels(workspace, ids), options),
    templates: new DataLoader((ids) => finders.templates(workspace, ids), options),
    queueDepths: new DataLoader((ids) => finders.queueDepths(workspace, ids), options),
    events: new DataLoader((ids) => finders.events(workspace, ids), options),
    apiKeys: new DataLoader((ids) => finders.apiKeys(workspace, ids), options),
    messagePages: pages(finders.messagePage, finders.messagePages),
    scheduledPages: pages(finders.scheduledPage, finders.scheduledPages),
    notePages: pages(finders.notePage, finders.notePages),
    contactMessagePages: pages(finders.messagesOfContact, finders.messagesOfContacts),
    conversationPages: pages(finders.conversationsOfContact, finders.conversationsOfContacts),
  };
}
