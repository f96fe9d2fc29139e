import { createMessagingAdapter } from '../meta/messaging/adapter.js';
import type { ProviderAdapter } from '../provider.js';
import { parseSettingsBy } from '../settings.js';
import { messengerCapabilities } from './capabilities.js';
import { MEANINGS } from './failures.js';
import { interpret } from './interpret.js';
import { refuse } from './refuse.js';
import { callOf, partsOf } from './request.js';
import { messengerSettings, type MessengerSettings } from './settings.js';

/** Meta's Messenger platform: one channel is one page. */
export const createMessengerAdapter = (): ProviderAdapter<MessengerSettings> =>
  createMessagingAdapter<MessengerSettings>({
    kind: 'META_MESSENGER',
    platform: 'MESSENGER',
    capabilitiesOf: messengerCapabilities,
    parseSettings: (given, before) => parseSettingsBy(messengerSettings, given, before),
    accountOf: ({ pageId }) => pageId,
    callerPathOf: ({ pageId }) => `/${pageId}`,
    profileFields: 'id,name',
    subscribed: [
      ...['messages', 'messaging_postbacks', 'message_deliveries', 'message_reads', 'message_reactions'],
      ...['message_edits', 'message_echoes', 'messaging_referrals', 'messaging_optins'],
    ],
    meanings: MEANINGS,
    ...{ refuse, partsOf, callOf, interpret },
  });
