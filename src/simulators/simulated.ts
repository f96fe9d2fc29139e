import type { SimulatedProvider } from './simulator.js';
import { createTelegramSimulator } from './telegram.js';
import { createWhautochatSimulator } from './whautochat.js';

export interface Described {
  create(): SimulatedProvider;
  /** What a channel of it has as its settings, beside `apiBaseUrl`. */
  readonly settings: Readonly<Record<string, unknown>>;
}

const TELEGRAM = { botToken: '123456789:simulated', secretToken: 'simulated-secret' };

const WHAUTOCHAT = { workspaceId: 'ws1', apiKey: 'simulated-key' };

/** Each provider that can be simulated, by its name in URLs. */
export const SIMULATED: Readonly<Record<string, Described>> = {
  telegram: {
    create: () => createTelegramSimulator({ botToken: TELEGRAM.botToken, replies: true }),
    settings: TELEGRAM,
  },
  whautochat: { create: () => createWhautochatSimulator(WHAUTOCHAT), settings: WHAUTOCHAT },
};
