import { absorbedIds, type WholeConversation } from '../events/conversation/combine.js';
import { unreadCount, type ConversationState } from '../events/conversation/state.js';
import type { ConversationId } from '../events/kernel/ids.js';
import type { ConversationCounts as Counts, Moment } from '../events/queries/finders.js';
import type { Capabilities } from '../providers/provider.js';
import {
  Assignee,
  AssigneeCount,
  Conversation,
  ConversationCounts,
  ServiceWindow,
} from '../schema/graphql/conversation.type.js';
import { instance } from './instance.js';

const HOUR_MS = 3_600_000;

/** @param asOf the moment that it stands at; undefined: now */
export const toConversation = (state: WholeConversation, asOf?: Moment): Conversation =>
  instance(Conversation, {
    state,
    asOf,
    id: state.id,
    address: state.address,
    status: state.status,
    assignee: toAssignee(state),
    labels: state.labels,
    attributes: state.attributes,
    unreadCount: unreadCount(state),
    waitingSince: state.waitingSince,
    lastActivityAt: state.lastActivityAt,
    createdAt: state.createdAt,
  });

/** Whose lists its own are: also those of what is shown as it. */
export function threadOf(state: WholeConversation): { of: ConversationId; absorbed?: readonly ConversationId[] } {
  const absorbed = absorbedIds(state);
  return { of: state.id, ...(absorbed.length > 0 && { absorbed }) };
}

const toAssignee = ({ agentId, teamId }: ConversationState): Assignee | null =>
  agentId === null && teamId === null ? null : instance(Assignee, { agentId, teamId });

export const toCounts = ({ assignees, ...totals }: Counts): ConversationCounts =>
  instance(ConversationCounts, {
    ...totals,
    assignees: assignees.map(({ agentId, teamId, open }) =>
      instance(AssigneeCount, { assignee: instance(Assignee, { agentId, teamId }), open }),
    ),
  });

/** Counted from the contact's last message; with an unknown provider it counts as closed. */
export function toServiceWindow(
  state: ConversationState,
  windowHours: Capabilities['serviceWindowHours'] | undefined,
  now: Date,
): ServiceWindow {
  if (windowHours === 'permanent') return instance(ServiceWindow, { isOpen: true, expiresAt: null, isPermanent: true });
  if (windowHours === undefined || state.lastIncomingAt === null) {
    return instance(ServiceWindow, { isOpen: false, expiresAt: null, isPermanent: false });
  }
  const expiresAt = new Date(Date.parse(state.lastIncomingAt) + windowHours * HOUR_MS);
  return instance(ServiceWindow, {
    isOpen: now < expiresAt,
    expiresAt: expiresAt.toISOString(),
    isPermanent: false,
  });
}
