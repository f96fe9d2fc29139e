import type { EventEnvelope } from '../kernel/event.js';
import type { FeedMatch } from './live-feed-port.js';

/** Whether all conditions hold; what a match leaves out always holds. */
export function isMatched(match: FeedMatch, event: EventEnvelope): boolean {
  return (
    event.workspaceId === match.workspaceId &&
    (match.types === undefined || match.types.includes(event.type)) &&
    (match.thread === undefined || isAmong(match.thread, event.conversationId)) &&
    (match.conversationIds === undefined || isAmong(match.conversationIds, event.conversationId)) &&
    (match.channelId === undefined || event.channelId === match.channelId) &&
    (match.messageId === undefined || event.messageId === match.messageId)
  );
}

const isAmong = <Id>(ids: readonly Id[], id: Id | undefined): boolean => id !== undefined && ids.includes(id);
