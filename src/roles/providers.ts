import { randomBytes, randomInt } from 'node:crypto';
import { createBotmakerAdapter } from '../providers/botmaker/adapter.js';
import { createBirdAdapter } from '../providers/bird/adapter.js';
import { createInstagramAdapter } from '../providers/meta-instagram/adapter.js';
import { createMessengerAdapter } from '../providers/meta-messenger/adapter.js';
import type { ProviderAdapter } from '../providers/provider.js';
import { createCbotAdapter } from '../providers/cbot/adapter.js';
import { createWhatsAppAdapter } from '../providers/meta-whatsapp/adapter.js';
import { createProviderRegistry, type ProviderRegistry } from '../providers/registry.js';
import { createSandboxAdapter } from '../providers/sandbox/adapter.js';
import { startSandboxCarrier, type SandboxCarrier } from '../providers/sandbox/carrier.js';
import { createTelegramAdapter } from '../providers/telegram/adapter.js';
import { createWhautochatAdapter } from '../providers/whautochat/adapter.js';
import type { ExchangeAdapters, Keep, RoleDeps } from './role.js';

/** The adapters of this build. The sandbox's carrier runs where calls are made: in each process that dispatches. */
export async function startProviders(deps: RoleDeps, keep: Keep): Promise<ProviderRegistry> {
  const { config, exchangeAdapters = asTheyAre } = deps;
  const isCalling = config.isSandboxOn && config.roles.includes('dispatcher');
  const carrier = isCalling ? keep(await startSandbox(deps)) : undefined;
  return createProviderRegistry(exchangeAdapters(createAdapters(() => carrier?.baseUrl)));
}

/** One of each. @param sandboxUrl see `SandboxAdapterDeps.defaultBaseUrl` */
export function createAdapters(sandboxUrl: () => string | undefined): readonly ProviderAdapter[] {
  return [
    createSandboxAdapter({ defaultBaseUrl: sandboxUrl, newSecret: () => randomBytes(32).toString('base64url') }),
    createMessengerAdapter(),
    createInstagramAdapter(),
    createTelegramAdapter(),
    createCbotAdapter(),
    createWhatsAppAdapter(),
    createWhautochatAdapter(),
    createBotmakerAdapter(),
    createBirdAdapter(),
  ];
}

const asTheyAre: ExchangeAdapters = (adapters) => adapters;

function startSandbox({ config, clock, logger, onStep }: RoleDeps): Promise<SandboxCarrier> {
  const seed = config.sandboxSeed ?? randomInt(1_000_000_000);
  onStep(`Starting the sandbox (seed ${seed})`);
  return startSandboxCarrier({ seed, clock, logger });
}
