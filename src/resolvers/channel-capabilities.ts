import type { ChannelPlatform, ProviderKind } from '../events/channel/events.js';
import { channelIds } from '../events/kernel/ids.js';
import type { Capabilities } from '../providers/provider.js';
import { requireId } from './arguments.js';
import type { RequestContext } from './context.js';

/**
 * What a channel of the caller's carries, as its settings have it; of such channels in general, where they can't be opened
 * here. Undefined where this build has no such provider.
 */
export async function capabilitiesFor(
  channel: { readonly id: string; readonly provider: ProviderKind; readonly platform: ChannelPlatform },
  { directory, providers }: Pick<RequestContext, 'directory' | 'providers'>,
): Promise<Capabilities | undefined> {
  const adapter = providers.get(channel.provider);
  if (adapter === undefined) return undefined;
  const known = await directory.find(requireId(channelIds, channel.id)).catch(() => undefined);
  return adapter.capabilitiesOf(channel.platform, known?.settings);
}
