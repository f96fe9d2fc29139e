import { createBirdSimulator } from './bird/provider.js';
import { createBotmakerSimulator } from './botmaker.js';
import { createCbotSimulator, type CbotFlavour, type CbotSimulator } from './cbot.js';
import type { SimulatedProvider } from './simulator.js';
import { createWhatsAppSimulator } from './meta-whatsapp.js';
import { createInstagramSimulator } from './meta-instagram.js';
import { createMessengerSimulator } from './meta-messenger.js';
import { createTelegramSimulator } from './telegram.js';
import { createWhautochatSimulator } from './whautochat.js';

export interface Described<Provider extends SimulatedProvider = SimulatedProvider> {
  create(): Provider;
  /** What a channel of it has as its settings, beside where the API lies. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Which setting says where the API lies; default: `apiBaseUrl`. */
  readonly baseUrlSetting?: string;
}

const WHATSAPP = { phoneNumberId: '1100', wabaId: '900', accessToken: 'simulated', appSecret: 'simulated-secret' };
const MESSENGER = { pageId: '1100', accessToken: 'simulated', appSecret: 'simulated-secret' };
const INSTAGRAM = { accountId: '17841400', accessToken: 'simulated', appSecret: 'simulated-secret' };
const TELEGRAM = { botToken: '123456789:simulated', secretToken: 'simulated-secret' };
const WHAUTOCHAT = { workspaceId: 'ws1', apiKey: 'simulated-key', webhookSecret: 'simulated-secret' };
const CBOT = { apiKey: 'simulated-key', webhookUsername: 'parley', webhookPassword: 'simulated-secret' };

const cbotOf = (flavour: CbotFlavour): Described<CbotSimulator> => ({
  create: () => createCbotSimulator({ flavour, apiKey: CBOT.apiKey, replies: true }),
  settings: { ...CBOT, flavour, ...(flavour === 'ON_PREMISES' ? { namespace: 'simulated' } : {}) },
  baseUrlSetting: 'baseUrl',
});

const BOTMAKER = {
  ...{ channelId: 'shop-whatsapp-31200000000', webhookToken: 'simulated-secret' },
  ...{ accessToken: 'simulated-access', clientId: 'simulated-client' },
  ...{ secretId: 'simulated-secret-id', refreshToken: 'simulated-refresh' },
};

const BIRD = {
  ...{ organizationId: 'org-simulated', workspaceId: 'ws-simulated', channelId: 'ch-simulated' },
  accessKey: 'simulated-key',
};

/** Each provider that can be simulated, by its name in URLs; one of two flavours has two. */
export const SIMULATED = {
  'meta-whatsapp': {
    create: () => createWhatsAppSimulator({ ...WHATSAPP, replies: true }),
    settings: { ...WHATSAPP, verifyToken: 'simulated-token' },
  },
  'meta-messenger': {
    create: () => createMessengerSimulator({ ...MESSENGER, replies: true }),
    settings: { ...MESSENGER, verifyToken: 'simulated-token' },
  },
  'meta-instagram': {
    create: () => createInstagramSimulator({ ...INSTAGRAM, replies: true }),
    settings: { ...INSTAGRAM, verifyToken: 'simulated-token' },
  },
  telegram: {
    create: () => createTelegramSimulator({ botToken: TELEGRAM.botToken, replies: true }),
    settings: TELEGRAM,
  },
  cbot: cbotOf('CLOUD'),
  'cbot-on-premises': cbotOf('ON_PREMISES'),
  whautochat: {
    create: () => createWhautochatSimulator({ ...WHAUTOCHAT, replies: true }),
    settings: WHAUTOCHAT,
  },
  botmaker: {
    create: () => createBotmakerSimulator({ ...BOTMAKER, credentials: BOTMAKER, replies: true }),
    settings: BOTMAKER,
  },
  bird: {
    create: () => createBirdSimulator({ ...BIRD, templates: ['project-simulated'], replies: true }),
    settings: { ...BIRD, signingKey: 'simulated-secret' },
  },
} satisfies Readonly<Record<string, Described>>;
