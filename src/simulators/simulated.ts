import type { SimulatedProvider } from './simulator.js';
import { createInstagramSimulator } from './meta-instagram.js';
import { createMessengerSimulator } from './meta-messenger.js';
import { createTelegramSimulator } from './telegram.js';

export interface Described {
  create(): SimulatedProvider;
  /** What a channel of it has as its settings, beside `apiBaseUrl`. */
  readonly settings: Readonly<Record<string, unknown>>;
}

const MESSENGER = { pageId: '1100', accessToken: 'simulated', appSecret: 'simulated-secret' };
const INSTAGRAM = { accountId: '17841400', accessToken: 'simulated', appSecret: 'simulated-secret' };
const TELEGRAM = { botToken: '123456789:simulated', secretToken: 'simulated-secret' };

/** Each provider that can be simulated, by its name in URLs. */
export const SIMULATED: Readonly<Record<string, Described>> = {
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
};
