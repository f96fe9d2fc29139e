import { createBirdSimulator } from './bird/provider.js';
import type { SimulatedProvider } from './simulator.js';
import { createTelegramSimulator } from './telegram.js';

export interface Described {
  create(): SimulatedProvider;
  /** What a channel of it has as its settings, beside `apiBaseUrl`. */
  readonly settings: Readonly<Record<string, unknown>>;
}

const TELEGRAM = { botToken: '123456789:simulated', secretToken: 'simulated-secret' };

const BIRD = {
  ...{ organizationId: 'org-simulated', workspaceId: 'ws-simulated', channelId: 'ch-simulated' },
  accessKey: 'simulated-key',
};

/** Each provider that can be simulated, by its name in URLs. */
export const SIMULATED: Readonly<Record<string, Described>> = {
  telegram: {
    create: () => createTelegramSimulator({ botToken: TELEGRAM.botToken, replies: true }),
    settings: TELEGRAM,
  },
  bird: {
    create: () => createBirdSimulator({ ...BIRD, templates: ['project-simulated'], replies: true }),
    settings: { ...BIRD, signingKey: 'simulated-secret' },
  },
};
