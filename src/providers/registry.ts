import type { ProviderKind } from '../events/channel/events.js';
import type { ChannelId } from '../events/kernel/ids.js';
import type { ProviderAdapter } from './provider.js';

/** The adapters that this build has, by kind. */
export interface ProviderRegistry {
  get(kind: ProviderKind): ProviderAdapter | undefined;
}

export function createProviderRegistry(adapters: readonly ProviderAdapter[]): ProviderRegistry {
  const byKind = new Map(adapters.map((adapter) => [adapter.kind, adapter]));
  return { get: (kind) => byKind.get(kind) };
}

/** A provider's name in URLs: `META_WHATSAPP` is `meta-whatsapp`. */
export const providerSlug = (kind: ProviderKind): string => kind.toLowerCase().replaceAll('_', '-');

/** Where a channel's webhooks come in. */
export const webhookUrlOf = (
  publicUrl: string,
  { provider, id }: { readonly provider: ProviderKind; readonly id: ChannelId },
): string => `${publicUrl}/webhooks/${providerSlug(provider)}/${id}`;
