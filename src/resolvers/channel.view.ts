import type { ChannelView } from '../events/queries/finders.js';
import { providerSlug } from '../providers/registry.js';
import { Channel } from '../schema/graphql/channel.type.js';
import { instance } from './instance.js';

export const toChannel = (view: ChannelView, publicUrl: string): Channel =>
  instance(Channel, {
    id: view.id,
    name: view.name,
    provider: view.provider,
    platform: view.platform,
    isEnabled: view.isEnabled,
    webhookUrl: `${publicUrl}/webhooks/${providerSlug(view.provider)}/${view.id}`,
    createdAt: view.createdAt,
  });
