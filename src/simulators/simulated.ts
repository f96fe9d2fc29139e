import { createBotmakerSimulator } from './botmaker.js';
import type { SimulatedProvider } from './simulator.js';
import { createTelegramSimulator } from './telegram.js';

export interface Described {
  create(): SimulatedProvider;
  /** What a channel of it has as its settings, beside `apiBaseUrl`. */
  readonly settings: Readonly<Record<string, unknown>>;
}

const TELEGRAM = { botToken: '123456789:simulated', secretToken: 'simulated-secret' };

const BOTMAKER = {
  ...{ channelId: 'shop-whatsapp-31200000000', webhookToken: 'simulated-secret' },
  ...{ accessToken: 'simulated-access', clientId: 'simulated-client' },
  ...{ secretId: 'simulated-secret-id', refreshToken: 'simulated-refresh' },
};

/** Each provider that can be simulated, by its name in URLs. */
export const SIMULATED: Readonly<Record<string, Described>> = {
  telegram: {
    create: () => createTelegramSimulator({ botToken: TELEGRAM.botToken, replies: true }),
    settings: TELEGRAM,
  },
  botmaker: {
    create: () => createBotmakerSimulator({ ...BOTMAKER, credentials: BOTMAKER, replies: true }),
    settings: BOTMAKER,
  },
};
