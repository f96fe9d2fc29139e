import type { ReadLimits } from '../../access/caller.js';
import { partsOf, type WholeContact } from '../contact/combine.js';
import { partsOf as threadsOf, type WholeConversation } from '../conversation/combine.js';
import type { ContactId, ConversationId, WorkspaceId } from '../kernel/ids.js';
import type { Finders, Page, PageRequest, PastFinders } from './finders.js';

/**
 * The finders of a client token: of its workspace they find the conversations that it names and those with the contacts
 * that it names, their messages, and the contacts that it names; everything else is as if it weren't there. A contact that
 * was merged with one that it doesn't name isn't there either: it would show the other one's addresses and messages. Each
 * finder is written out: a new one doesn't compile until it is said here what of it a client token may see.
 */
export function limitFinders(finders: Finders, limits: ReadLimits): Finders {
  return {
    ...limitPast(finders, limits),
    conversationPage: (workspace, filter, page, order) =>
      finders.conversationPage(workspace, { ...filter, within: limits }, page, order),
    async contactPage(workspace, filter, page) {
      const named = new Set(limits.contactIds);
      const found = await finders.contactPage(workspace, { ...filter, within: limits }, page);
      return { ...found, edges: found.edges.filter(({ node }) => isWhollyIn(named, node)) };
    },
    // Needed to say how long a service window is; that a client token is shown no channel is the matrix's to see to.
    channels: (workspace, ids) => finders.channels(workspace, ids),
    queueDepths: (_workspace, ids) => Promise.resolve(ids.map(() => undefined)),
    channelPage: () => Promise.resolve(NO_PAGE),
    searchPage: () => Promise.resolve(NO_PAGE),
    messageStatistics: () => Promise.resolve([]),
    conversationCounts: () => Promise.resolve({ open: 0, closed: 0, unassigned: 0, assignees: [] }),
    templates: (_workspace, ids) => Promise.resolve(ids.map(() => undefined)),
    templatePage: () => Promise.resolve(NO_PAGE),
    events: (_workspace, ids) => Promise.resolve(ids.map(() => undefined)),
    journalPage: (_workspace, _filter, after) => Promise.resolve({ items: [], end: after, hasMore: false }),
    apiKeys: (_workspace, ids) => Promise.resolve(ids.map(() => undefined)),
    apiKeyPage: () => Promise.resolve(NO_PAGE),
    auditPage: () => Promise.resolve(NO_PAGE),
    momentAt: (time, partitionCount) => finders.momentAt(time, partitionCount),
    momentOf: (vector) => finders.momentOf(vector),
    asOf: (moment) => limitPast(finders.asOf(moment), limits),
  };
}

const isWhollyIn = (named: ReadonlySet<ContactId>, contact: WholeContact): boolean =>
  partsOf(contact).every(({ id }) => named.has(id));

const NO_PAGE: Page<never> = { edges: [], hasNextPage: false, hasPreviousPage: false };

/** Nothing is asked of those that aren't visible. */
async function pagesOf<Id, Item>(
  ids: readonly Id[],
  visible: ReadonlySet<Id>,
  read: (seen: readonly Id[]) => Promise<readonly Page<Item>[]>,
): Promise<Page<Item>[]> {
  const seen = ids.filter((id) => visible.has(id));
  const pages = seen.length === 0 ? [] : await read(seen);
  const byId = new Map(seen.map((id, index) => [id, pages[index]]));
  return ids.map((id) => byId.get(id) ?? NO_PAGE);
}

/** What can be asked of a moment too: there it is the conversation as it stood then that is judged. */
function limitPast(finders: PastFinders, limits: ReadLimits): PastFinders {
  const sight = createSight(finders, limits);
  return { ...limitById(finders, sight), ...limitPages(finders, sight) };
}

/** One that is shown as another isn't there without it: it would show the other one's messages. */
const isWhollySeen = (
  { conversations, contacts }: Pick<Sight, 'conversations' | 'contacts'>,
  conversation: WholeConversation,
): boolean =>
  threadsOf(conversation).every(
    ({ id, contactId }) => conversations.has(id) || (contactId !== null && contacts.has(contactId)),
  );

/** What a client token may see. */
interface Sight {
  readonly conversations: ReadonlySet<ConversationId>;
  readonly contacts: ReadonlySet<ContactId>;
  /** Of these and of those that are named. */
  visibleOf(workspace: WorkspaceId, ids: readonly ConversationId[]): Promise<ReadonlySet<ConversationId>>;
  /** Of these. */
  visibleContactsOf(workspace: WorkspaceId, ids: readonly ContactId[]): Promise<ReadonlySet<ContactId>>;
}

function createSight(finders: PastFinders, limits: ReadLimits): Sight {
  const conversations = new Set(limits.conversationIds);
  const contacts = new Set(limits.contactIds);
  const sees = (conversation: WholeConversation | undefined) =>
    conversation !== undefined && isWhollySeen({ conversations, contacts }, conversation);
  const isVisible = (contact: WholeContact | undefined) => contact !== undefined && isWhollyIn(contacts, contact);
  return {
    conversations,
    contacts,
    // Of a conversation that isn't named itself only its contact tells.
    async visibleOf(workspace, ids) {
      const others = contacts.size === 0 ? [] : [...new Set(ids)].filter((id) => !conversations.has(id));
      const found = others.length === 0 ? [] : await finders.conversations(workspace, others);
      const withContact = others.filter((_, index) => sees(found[index]));
      return new Set([...conversations, ...withContact]);
    },
    async visibleContactsOf(workspace, ids) {
      const named = ids.filter((id) => contacts.has(id));
      const found = named.length === 0 ? [] : await finders.contacts(workspace, named);
      return new Set(named.filter((_, index) => isVisible(found[index])));
    },
  };
}

type ById = Pick<PastFinders, 'messages' | 'timelines' | 'conversations' | 'contacts'>;

function limitById(finders: PastFinders, sight: Sight): ById {
  const messages: ById['messages'] = async (workspace, ids) => {
    const found = await finders.messages(workspace, ids);
    const visible = await sight.visibleOf(
      workspace,
      found.flatMap((message) => message?.conversationId ?? []),
    );
    return found.map((message) => (message && visible.has(message.conversationId) ? message : undefined));
  };
  return {
    messages,
    async timelines(workspace, ids) {
      const seen = await messages(workspace, ids);
      const found = await finders.timelines(workspace, ids);
      return found.map((entries, index) => (seen[index] === undefined ? [] : entries));
    },
    async conversations(workspace, ids) {
      const found = await finders.conversations(workspace, ids);
      return found.map((one) => (one && isWhollySeen(sight, one) ? one : undefined));
    },
    async contacts(workspace, ids) {
      const found = await finders.contacts(workspace, ids);
      return found.map((one) => (one && isWhollyIn(sight.contacts, one) ? one : undefined));
    },
  };
}

function limitPages(finders: PastFinders, { visibleContactsOf, visibleOf }: Sight): Omit<PastFinders, keyof ById> {
  const ofConversation =
    (read: PastFinders['messagePage']): PastFinders['messagePage'] =>
    async (workspace, id, page, absorbed = []) => {
      const visible = await visibleOf(workspace, [id, ...absorbed]);
      return [id, ...absorbed].every((one) => visible.has(one)) ? read(workspace, id, page, absorbed) : NO_PAGE;
    };
  const ofConversations =
    (read: PastFinders['messagePages']): PastFinders['messagePages'] =>
    async (workspace, ids, page) =>
      pagesOf(ids, await visibleOf(workspace, ids), (seen) => read(workspace, seen, page));
  const ofContact =
    <Item>(read: (workspace: WorkspaceId, id: ContactId, page: PageRequest) => Promise<Page<Item>>) =>
    async (workspace: WorkspaceId, id: ContactId, page: PageRequest): Promise<Page<Item>> =>
      (await visibleContactsOf(workspace, [id])).has(id) ? read(workspace, id, page) : NO_PAGE;
  const ofContacts =
    <Item>(read: (workspace: WorkspaceId, ids: readonly ContactId[], page: PageRequest) => Promise<Page<Item>[]>) =>
    async (workspace: WorkspaceId, ids: readonly ContactId[], page: PageRequest): Promise<Page<Item>[]> =>
      pagesOf(ids, await visibleContactsOf(workspace, ids), (seen) => read(workspace, seen, page));
  return {
    messagePage: ofConversation((...asked) => finders.messagePage(...asked)),
    scheduledPage: ofConversation((...asked) => finders.scheduledPage(...asked)),
    messagePages: ofConversations((...asked) => finders.messagePages(...asked)),
    scheduledPages: ofConversations((...asked) => finders.scheduledPages(...asked)),
    // What agents write for each other.
    notePage: () => Promise.resolve(NO_PAGE),
    notePages: (_workspace, ids) => Promise.resolve(ids.map(() => NO_PAGE)),
    messagesOfContact: ofContact((...asked) => finders.messagesOfContact(...asked)),
    messagesOfContacts: ofContacts((...asked) => finders.messagesOfContacts(...asked)),
    conversationsOfContact: ofContact((...asked) => finders.conversationsOfContact(...asked)),
    conversationsOfContacts: ofContacts((...asked) => finders.conversationsOfContacts(...asked)),
  };
}
