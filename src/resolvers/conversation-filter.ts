import { PROVIDER_KINDS, type ProviderKind } from '../events/channel/events.js';
import { channelIds, contactIds } from '../events/kernel/ids.js';
import type {
  ConversationFilter as Conditions,
  ConversationOrder,
  WindowFilter,
  WindowHours,
} from '../events/queries/finders.js';
import type { ProviderRegistry } from '../providers/registry.js';
import type { ConversationFilter } from '../schema/graphql/filters.input.js';
import {
  badInput,
  optionalId,
  optionalText,
  optionalTime,
  requireId,
  requireShortList,
  requireText,
} from './arguments.js';

const WINDOW_SECONDS_MAX = 31 * 86_400;
const NAME_LENGTH_MAX = 200;

/** @throws AppError BAD_USER_INPUT */
export function toConditions(
  filter: ConversationFilter | null,
  order: ConversationOrder,
  providers: ProviderRegistry,
): Conditions {
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
    platform: filter?.platform ?? undefined,
    window: toWindow(filter?.windowClosesWithinSeconds ?? undefined, order, providers),
    activeAfter: optionalTime(filter?.lastActivityAfter, 'lastActivityAfter'),
    activeBefore: optionalTime(filter?.lastActivityBefore, 'lastActivityBefore'),
    text: toName(filter?.text),
  };
}

function toWindow(
  seconds: number | undefined,
  order: ConversationOrder,
  providers: ProviderRegistry,
): WindowFilter | undefined {
  if (seconds === undefined && order !== 'WINDOW_CLOSING') return undefined;
  if (seconds !== undefined && (seconds < 0 || seconds > WINDOW_SECONDS_MAX))
    throw badInput(`\`windowClosesWithinSeconds\` is at least 0 and at most ${WINDOW_SECONDS_MAX}.`);
  const hours = PROVIDER_KINDS.flatMap((provider) => hoursOf(provider, providers));
  return { closesWithinMs: seconds === undefined ? undefined : seconds * 1_000, hours };
}

function hoursOf(provider: ProviderKind, providers: ProviderRegistry): WindowHours[] {
  const adapter = providers.get(provider);
  return (adapter?.platforms ?? []).flatMap((platform) => {
    const hours = adapter?.capabilitiesOf(platform).serviceWindowHours;
    return typeof hours === 'number' ? [{ provider, platform, hours }] : [];
  });
}

/** What somebody is looked for by; undefined where nothing is said. @throws AppError BAD_USER_INPUT */
export function toName(text: string | null | undefined): string | undefined {
  const name = optionalText(text?.trim(), 'text');
  if (name === undefined || name === '') return undefined;
  if (name.length > NAME_LENGTH_MAX) throw badInput(`\`text\` has at most ${NAME_LENGTH_MAX} characters.`);
  return name;
}
