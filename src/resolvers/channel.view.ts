import type { ChannelView } from '../events/queries/finders.js';
import type { ChannelPlatform } from '../events/channel/events.js';
import type { ProviderAdapter } from '../providers/provider.js';
import { webhookUrlOf } from '../providers/registry.js';
import { Channel, ChannelCapabilities, ContentCapability } from '../schema/graphql/channel.type.js';
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

/** Of such channels in general: what hangs on a channel's settings isn't told here. */
export function toCapabilities(adapter: ProviderAdapter, platform: ChannelPlatform): ChannelCapabilities {
  const capabilities = adapter.capabilitiesOf(platform);
  const { content, carriesReply = false, carriesReadMark = false, serviceWindowHours, receipts = [] } = capabilities;
  return instance(ChannelCapabilities, {
    content: Object.entries(content).map(([kind, limits]) =>
      instance(ContentCapability, { kind, limits: { ...limits } }),
    ),
    carriesReply,
    carriesTyping: adapter.showTyping !== undefined,
    carriesReadMark,
    serviceWindowHours: serviceWindowHours === 'permanent' ? null : serviceWindowHours,
    receipts: [...receipts],
  });
}
