import type { ProviderAdapter } from '../../src/providers/provider.js';
import { createAdapters } from '../product.js';

const GRAPH = { accessToken: 'access-token', appSecret: 'a'.repeat(32), verifyToken: 'verify-token' };

/** A channel's settings, as `createChannel` takes them. */
const SETTINGS = {
  BIRD: {
    ...{ workspaceId: '5f1c2b9e-0000-4000-8000-000000000001', channelId: '5f1c2b9e-0000-4000-8000-000000000002' },
    ...{ accessKey: 'access-key', signingKey: 'signing-key-0123456789' },
  },
  BOTMAKER: { channelId: 'shop-whatsapp-31200000000', accessToken: 'access-token', webhookToken: 'webhook-token-01' },
  CBOT: {
    ...{ flavour: 'ON_PREMISES', baseUrl: 'https://cbot.example', apiKey: 'api-key' },
    ...{ webhookUsername: 'parley', webhookPassword: 'webhook-password' },
  },
  WHAUTOCHAT: { workspaceId: 'ws1', apiKey: 'api-key', webhookSecret: 'webhook-secret-01' },
  META_WHATSAPP: { phoneNumberId: '1100', wabaId: '900', ...GRAPH },
  META_MESSENGER: { pageId: '1100', ...GRAPH },
  META_INSTAGRAM: { accountId: '17841400', ...GRAPH },
  TELEGRAM: { botToken: '123456789:AAtest', secretToken: 'secret-token-01' },
} as const;

export type BenchedKind = keyof typeof SETTINGS;

const ADAPTERS = new Map(createAdapters(() => undefined).map((adapter) => [adapter.kind, adapter]));

/** @throws where its settings are refused */
export function openChannel(kind: BenchedKind): { adapter: ProviderAdapter; settings: unknown } {
  const adapter = ADAPTERS.get(kind);
  const settings = adapter?.parseSettings(SETTINGS[kind]);
  if (adapter === undefined || settings?.ok !== true) throw new Error(`${kind}: ${JSON.stringify(settings)}`);
  return { adapter, settings: settings.value };
}
