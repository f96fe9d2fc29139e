import type { SimulatedProvider } from './simulator.js';
import { createWhatsAppSimulator } from './meta-whatsapp.js';
import { createTelegramSimulator } from './telegram.js';

export interface Described {
  create(): SimulatedProvider;
  /** What a channel of it has as its settings, beside `apiBaseUrl`. */
  readonly settings: Readonly<Record<string, unknown>>;
}

const WHATSAPP = { phoneNumberId: '1100', wabaId: '900', accessToken: 'simulated', appSecret: 'simulated-secret' };
const TELEGRAM = { botToken: '123456789:simulated', secretToken: 'simulated-secret' };

/** Each provider that can be simulated, by its name in URLs. */
export const SIMULATED: Readonly<Record<string, Described>> = {
  'meta-whatsapp': {
    create: () => createWhatsAppSimulator({ ...WHATSAPP, replies: true }),
    settings: { ...WHATSAPP, verifyToken: 'simulated-token' },
  },
  telegram: {
    create: () => createTelegramSimulator({ botToken: TELEGRAM.botToken, replies: true }),
    settings: TELEGRAM,
  },
};
