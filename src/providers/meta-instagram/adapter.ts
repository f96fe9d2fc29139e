import { createMessagingAdapter } from '../meta/messaging/adapter.js';
import type { ProviderAdapter } from '../provider.js';
import { parseSettingsBy } from '../settings.js';
import { INSTAGRAM_CAPABILITIES } from './capabilities.js';
import { MEANINGS } from './failures.js';
import { interpret } from './interpret.js';
import { callerPathOf, hostOf } from './place.js';
import { refuse } from './refuse.js';
import { callOf, partsOf } from './request.js';
import { instagramSettings, type InstagramSettings } from './settings.js';

/** Meta's Instagram messaging: one channel is one professional account. */
export const createInstagramAdapter = (): ProviderAdapter<InstagramSettings> =>
  createMessagingAdapter<InstagramSettings>({
    kind: 'META_INSTAGRAM',
    platform: 'INSTAGRAM',
    capabilitiesOf: () => INSTAGRAM_CAPABILITIES,
    parseSettings: (given, before) => parseSettingsBy(instagramSettings, given, before),
    accountOf: ({ accountId }) => accountId,
    ...{ callerPathOf, hostOf },
    profileFields: 'id,username',
    subscribed: [
      ...['messages', 'messaging_postbacks', 'messaging_seen', 'message_reactions', 'messaging_referral'],
      ...['messaging_optins', 'message_edit', 'standby'],
    ],
    meanings: MEANINGS,
    ...{ refuse, partsOf, callOf, interpret },
  });
