import type { ReadLimits } from '../../access/caller.js';
import type { ApiKeyView } from '../../access/key-view.js';
import type { AuditEvent, ChannelPlatform, ProviderKind } from '../channel/events.js';
import type { WholeContact } from '../contact/combine.js';
import type { Note } from '../conversation/note.js';
import type { WholeConversation } from '../conversation/combine.js';
import type { Vector } from '../kernel/cursor.js';
import type { EventEnvelope, EventPosition } from '../kernel/event.js';
import type { ApiKeyId, ChannelId, ContactId, ConversationId, EventId, MessageId, WorkspaceId } from '../kernel/ids.js';
import type { FailureCode, MessageCategory } from '../message/events.js';
import type { MessageDirection, MessageState, MessageStatus, TimelineEntry } from '../message/state.js';
import type {
  AssigneeFilter,
  ConversationCounts,
  ConversationFilter,
  ConversationOrder,
  WindowFilter,
  WindowHours,
} from './conversation-filter.js';
import type { TemplateFinders } from './template-view.js';

export type { AssigneeFilter, ConversationCounts, ConversationFilter, ConversationOrder, WindowFilter, WindowHours };

/**
 * A page of what stands in a conversation.
 * @param absorbed those that are shown as it, whose belongs to it too
 */
export type ReadThread<Item> = (
  workspace: WorkspaceId,
  conversation: ConversationId,
  page: PageRequest,
  absorbed?: readonly ConversationId[],
) => Promise<Page<Item>>;

/**
 * Everything that queries read, and the only way to it. Each finder takes the workspace first: a foreign id and an
 * unknown one are the same (undefined). By-id finders answer in the order of the ids asked for.
 */
export interface Finders extends TemplateFinders {
  messages(workspace: WorkspaceId, ids: readonly MessageId[]): Promise<(MessageState | undefined)[]>;
  timelines(workspace: WorkspaceId, ids: readonly MessageId[]): Promise<TimelineView[][]>;
  /** One whose contact went over to another one's address is answered by that one (rule 5). */
  conversations(workspace: WorkspaceId, ids: readonly ConversationId[]): Promise<(WholeConversation | undefined)[]>;
  /** One that was merged into another is answered by that one. */
  contacts(workspace: WorkspaceId, ids: readonly ContactId[]): Promise<(WholeContact | undefined)[]>;
  channels(workspace: WorkspaceId, ids: readonly ChannelId[]): Promise<(ChannelView | undefined)[]>;
  /** How many parts wait in each channel's lanes; undefined: no such channel. Counted up to `QUEUE_DEPTH_COUNTED_MAX`. */
  queueDepths(workspace: WorkspaceId, ids: readonly ChannelId[]): Promise<(number | undefined)[]>;
  events(workspace: WorkspaceId, ids: readonly EventId[]): Promise<(JournalItem | undefined)[]>;

  /** Oldest first, in journal order; of several by when they were recorded, and with cursors of their own. */
  readonly messagePage: ReadThread<MessageState>;
  /** With one contact over all conversations, oldest first by the clock: those have no other order in common. */
  messagesOfContact(workspace: WorkspaceId, contact: ContactId, page: PageRequest): Promise<Page<MessageState>>;
  /** Those that are still to be sent later, next due first. */
  readonly scheduledPage: ReadThread<MessageState>;
  messagesOfContacts(
    workspace: WorkspaceId,
    contacts: readonly ContactId[],
    page: PageRequest,
  ): Promise<Page<MessageState>[]>;
  /** The same of each of several conversations, in the order of the ids. Of pages without a cursor: those have one list. */
  messagePages(
    workspace: WorkspaceId,
    conversations: readonly ConversationId[],
    page: PageRequest,
  ): Promise<Page<MessageState>[]>;
  scheduledPages(
    workspace: WorkspaceId,
    conversations: readonly ConversationId[],
    page: PageRequest,
  ): Promise<Page<MessageState>[]>;
  /** Messages that say certain words, newest first. */
  searchPage(workspace: WorkspaceId, search: MessageSearch, page: PageRequest): Promise<Page<FoundMessage>>;
  /** Internal notes, oldest first, in journal order; of several by when they were made, and with cursors of their own. */
  readonly notePage: ReadThread<Note>;
  notePages(workspace: WorkspaceId, conversations: readonly ConversationId[], page: PageRequest): Promise<Page<Note>[]>;
  /** Counts of what was sent. At most `STATISTICS_ROWS_MAX` rows, and one more where there are more. */
  messageStatistics(workspace: WorkspaceId, asked: StatisticsRequest): Promise<StatisticsRow[]>;
  /** Newest activity first if not said. A page may end before it is full: see `walkedTo`. */
  conversationPage(
    workspace: WorkspaceId,
    filter: ConversationFilter,
    page: PageRequest,
    order?: ConversationOrder,
  ): Promise<Page<WholeConversation>>;
  /** How many there are, without counting them; of assignees the busiest, at most `ASSIGNEES_COUNTED_MAX`. */
  conversationCounts(workspace: WorkspaceId, of: AssigneeFilter): Promise<ConversationCounts>;
  /** Those with one contact, newest activity first. */
  conversationsOfContact(
    workspace: WorkspaceId,
    contact: ContactId,
    page: PageRequest,
  ): Promise<Page<WholeConversation>>;
  /** The same of each of several contacts. */
  conversationsOfContacts(
    workspace: WorkspaceId,
    contacts: readonly ContactId[],
    page: PageRequest,
  ): Promise<Page<WholeConversation>[]>;
  /** Newest first. A page may end before it is full: see `walkedTo`. */
  contactPage(workspace: WorkspaceId, filter: ContactFilter, page: PageRequest): Promise<Page<WholeContact>>;
  /** Oldest first. */
  channelPage(workspace: WorkspaceId, filter: ChannelFilter, page: PageRequest): Promise<Page<ChannelView>>;
  /**
   * The journal after a vector, merged over partitions by `recordedAt` without breaking any partition's order.
   * `vector` of each item is what has been emitted or passed over with it; `end` likewise for the whole page.
   */
  journalPage(workspace: WorkspaceId, filter: EventFilter, after: Vector, limit: number): Promise<JournalPage>;

  apiKeys(workspace: WorkspaceId, ids: readonly ApiKeyId[]): Promise<(ApiKeyView | undefined)[]>;
  /** Oldest first, ended ones too. */
  apiKeyPage(workspace: WorkspaceId, page: PageRequest): Promise<Page<ApiKeyView>>;
  /** What was done to the configuration, newest first. */
  auditPage(workspace: WorkspaceId, filter: AuditFilter, page: PageRequest): Promise<Page<AuditEvent>>;

  /** What had been recorded by a time and is projected. */
  momentAt(time: Date, partitionCount: number): Promise<Moment>;
  /** What a vector has seen; judged as of when the newest of its last events was recorded. */
  momentOf(vector: Vector): Promise<Moment>;
  /** What there was at a moment, which the projector must have passed. */
  asOf(moment: Moment): PastFinders;
}

/**
 * What `asOf` names: everything below a vector. With a time, of each conversation and contact only what stands before the
 * first of its own events that was recorded later: a prefix, so it is a state that there was; once something later is
 * recorded it never changes, however late an event of an earlier time is appended; and no clock but those that wrote the
 * conversation itself matters.
 */
export interface Moment {
  readonly vector: Vector;
  readonly recordedBy: Date | undefined;
  /** The time by which whatever depends on one is judged. */
  readonly at: Date;
}

/** The finders that answer also for a moment: what they find is folded of the journal up to there. */
export type PastFinders = Pick<Finders, ByIdFinder | PageFinder | PagesFinder>;
type ByIdFinder = 'messages' | 'timelines' | 'conversations' | 'contacts';
export type PageFinder = 'messagePage' | 'messagesOfContact' | 'scheduledPage' | 'notePage' | 'conversationsOfContact';
export type PagesFinder =
  'messagePages' | 'messagesOfContacts' | 'scheduledPages' | 'notePages' | 'conversationsOfContacts';

/** A timeline entry as it is shown: the unknown stage of a failure decided by what the attempt's set holds now. */
export type TimelineView = Omit<TimelineEntry, 'isStageUnknown'>;

/** A channel as clients see it: without its settings. */
export interface ChannelView {
  readonly id: ChannelId;
  readonly workspaceId: WorkspaceId;
  readonly name: string;
  readonly provider: ProviderKind;
  readonly platform: ChannelPlatform;
  readonly isEnabled: boolean;
  readonly degradeUnsupported: boolean;
  readonly createdAt: string;
}

export interface MessageSearch {
  /** As people write it: words that must all be there, "phrases", or, -not. */
  readonly text: string;
  /** In one of these: those that are shown as one conversation. */
  readonly thread?: readonly ConversationId[] | undefined;
  readonly channelIds?: readonly ChannelId[] | undefined;
  readonly direction?: MessageDirection | undefined;
}
export interface FoundMessage {
  readonly message: MessageState;
  /** A passage around what was found; put together it is the passage. */
  readonly snippet: readonly SnippetPiece[];
}
export interface SnippetPiece {
  readonly text: string;
  readonly isMatch: boolean;
}

export type StatisticsDimension = 'CHANNEL' | 'PROVIDER' | 'STATUS' | 'CATEGORY' | 'FAILURE_CODE';
/** Of outgoing messages that were accepted in the span, `to` excluded. */
export interface StatisticsRequest {
  readonly from: Date;
  readonly to: Date;
  readonly bucket: 'HOUR' | 'DAY';
  /** What they are told apart by. */
  readonly by: readonly StatisticsDimension[];
}
export interface StatisticsRow {
  readonly start: Date;
  /** Null, as the next ones, where messages aren't told apart by it, or have none. */
  readonly channelId: ChannelId | null;
  readonly provider: ProviderKind | null;
  readonly status: MessageStatus | null;
  readonly category: MessageCategory | null;
  readonly failureCode: FailureCode | null;
  readonly count: number;
  readonly timeToSent: Durations | null;
  readonly timeToDelivered: Durations | null;
  readonly timeToRead: Durations | null;
}
export interface Durations {
  readonly count: number;
  readonly medianMs: number;
  readonly p95Ms: number;
}

export interface ContactFilter {
  readonly address?: string | undefined;
  /** As of conversations. */
  readonly text?: string | undefined;
  /** Likewise. */
  readonly within?: ReadLimits | undefined;
}
export interface ChannelFilter {
  readonly provider?: ProviderKind | undefined;
  readonly platform?: ChannelPlatform | undefined;
  readonly isEnabled?: boolean | undefined;
}
export interface AuditFilter {
  readonly actions?: readonly string[] | undefined;
  readonly actorId?: string | undefined;
  readonly subjectId?: string | undefined;
  /** Recorded at or after it. */
  readonly from?: Date | undefined;
  /** Recorded before it. */
  readonly to?: Date | undefined;
}
export interface EventFilter {
  readonly types?: readonly string[] | undefined;
  readonly conversationId?: ConversationId | undefined;
  readonly channelId?: ChannelId | undefined;
  readonly messageId?: MessageId | undefined;
}

/** One direction at a time; `limit` is judged by the caller (1 to 100). Cursors are opaque strings of the finder's making. */
export interface PageRequest {
  readonly limit: number;
  /** `forward`: the first `limit` after `after`; `backward`: the last `limit` before `before`. Both may bound the range. */
  readonly direction: 'forward' | 'backward';
  readonly after?: string | undefined;
  readonly before?: string | undefined;
}

export interface Page<Item> {
  /** In the connection's order, whatever the direction. */
  readonly edges: readonly { readonly cursor: string; readonly node: Item }[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** A cursor: as far as was looked, where that was before the page was full. There may be more beyond it. */
  readonly walkedTo?: string;
}

/** A page cursor that isn't one of this list's: CURSOR_INVALID. */
export class PageCursorError extends Error {
  override readonly name = 'PageCursorError';
}

export interface JournalItem {
  readonly event: EventEnvelope;
  readonly position: EventPosition;
}

export interface JournalPage {
  readonly items: readonly (JournalItem & { readonly vector: Vector; readonly change: StatusMove | null })[];
  readonly end: Vector;
  readonly hasMore: boolean;
}

/** What the projector recorded beside an event that says a status. */
export interface StatusMove {
  readonly entry: TimelineView;
  /** Whether it moved the message's status. */
  readonly isMove: boolean;
  /** Whether the message joined its conversation's messages by it. */
  readonly isAdded: boolean;
}
