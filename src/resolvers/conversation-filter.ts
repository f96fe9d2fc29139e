import { channelIds, contactIds } from '../events/kernel/ids.js';
import type { ConversationFilter as Conditions } from '../events/queries/finders.js';
import type { ConversationFilter } from '../schema/graphql/filters.input.js';
import { optionalId, requireId, requireShortList, requireText } from './arguments.js';

/** @throws AppError BAD_USER_INPUT */
export function toConditions(filter: ConversationFilter | null): Conditions {
  const channels = filter?.channelIds ?? undefined;
  const labels = filter?.labels ?? undefined;
  return {
    status: filter?.status ?? undefined,
    channelIds:
      channels && requireShortList(channels, 'channelIds').map((id) => requireId(channelIds, id, 'channelIds')),
    contactId: optionalId(contactIds, filter?.contactId, 'contactId'),
    isUnread: filter?.isUnread ?? undefined,
    agentId: optionalText(filter?.agentId, 'agentId'),
    teamId: optionalText(filter?.teamId, 'teamId'),
    isAssigned: filter?.isAssigned ?? undefined,
    labels: labels && requireShortList(labels, 'labels').map((label) => requireText(label, 'labels')),
    isSnoozed: filter?.isSnoozed ?? undefined,
  };
}

const optionalText = (text: string | null | undefined, argument: string): string | undefined =>
  text === null || text === undefined ? undefined : requireText(text, argument);
