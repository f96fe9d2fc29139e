import type { ChannelView } from '../events/queries/finders.js';
import type { Capabilities, ProviderAdapter } from '../providers/provider.js';
import { webhookUrlOf } from '../providers/registry.js';
import { Channel, ChannelCapabilities, ContentCapability, WindowException } from '../schema/graphql/channel.type.js';
import { instance } from './instance.js';

export const toChannel = (view: ChannelView, publicUrl: string): Channel =>
  instance(Channel, {
    id: view.id,
    name: view.name,
    provider: view.provider,
    platform: view.platform,
    isEnabled: view.isEnabled,
    degradeUnsupported: view.degradeUnsupported,
    webhookUrl: webhookUrlOf(publicUrl, view),
    createdAt: view.createdAt,
  });

/** @param capabilities of the channel by its settings, or of such channels in general */
export function toCapabilities(adapter: ProviderAdapter, capabilities: Capabilities): ChannelCapabilities {
  const { content, carriesReply = false, carriesReadMark = false, serviceWindowHours, receipts = [] } = capabilities;
  const { windowExceptions = [] } = capabilities;
  return instance(ChannelCapabilities, {
    content: Object.entries(content).map(([kind, limits]) =>
      instance(ContentCapability, { kind, limits: { ...limits } }),
    ),
    carriesReply,
    carriesTyping: adapter.showTyping !== undefined,
    carriesReadMark,
    serviceWindowHours: serviceWindowHours === 'permanent' ? null : serviceWindowHours,
    windowExceptions: windowExceptions.map(({ tag, hours = null, isForPeopleOnly, category = null }) =>
      instance(WindowException, { tag, hours, isForPeopleOnly, category }),
    ),
    receipts: [...receipts],
  });
}
