import type { Logger } from 'pino';
import type { Channel, ChannelDirectory } from '../../../providers/channel.js';
import type { Capabilities, ProviderAdapter } from '../../../providers/provider.js';
import type { ProviderRegistry } from '../../../providers/registry.js';
import type { ChannelId } from '../../kernel/ids.js';

/** Who carries out a claim: the channel as it was when its lane was claimed. */
export interface Carrier {
  readonly channel: Channel;
  readonly adapter: ProviderAdapter;
}

export const capabilitiesOf = ({ channel, adapter }: Carrier): Capabilities =>
  adapter.capabilitiesOf(channel.platform, channel.settings);

export interface CarrierDeps {
  readonly directory: ChannelDirectory;
  readonly providers: ProviderRegistry;
  readonly logger: Logger;
}

/**
 * Undefined: the channel is disabled, its settings can't be opened, or this build has no adapter for it. Its lanes wait,
 * and nobody else's.
 */
export async function carrierOf(
  channelId: ChannelId,
  { directory, providers, logger }: CarrierDeps,
): Promise<Carrier | undefined> {
  const channel = await directory.find(channelId).catch((error: unknown) => {
    logger.warn({ err: error, channelId }, 'the channel could not be loaded: its lanes wait');
    return undefined;
  });
  const adapter = channel?.isEnabled ? providers.get(channel.provider) : undefined;
  return channel && adapter ? { channel, adapter } : undefined;
}
