import { Ctx, Query, Resolver } from 'type-graphql';
import { PROVIDER_KINDS } from '../events/channel/events.js';
import type { ProviderAdapter } from '../providers/provider.js';
import { Provider, ProviderPlatform } from '../schema/graphql/provider.type.js';
import { toCapabilities } from './channel.view.js';
import type { RequestContext } from './context.js';
import { instance } from './instance.js';

@Resolver()
export class ProviderResolver {
  @Query(() => [Provider], { description: 'What channels can be connected to, and what they carry.' })
  providers(@Ctx() { providers }: RequestContext): Provider[] {
    return PROVIDER_KINDS.flatMap((kind) => providers.get(kind) ?? []).map(toProvider);
  }
}

const toProvider = (adapter: ProviderAdapter): Provider =>
  instance(Provider, {
    kind: adapter.kind,
    platforms: adapter.platforms.map((platform) =>
      instance(ProviderPlatform, { platform, capabilities: toCapabilities(adapter, adapter.capabilitiesOf(platform)) }),
    ),
    verifiesCredentials: adapter.verifyCredentials !== undefined,
    registersWebhooks: adapter.registerWebhook !== undefined,
  });
