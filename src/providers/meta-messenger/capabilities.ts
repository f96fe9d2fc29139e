import type { Capabilities, ContentLimits, WindowException } from '../provider.js';
import { QUICK_REPLIES_MAX } from '../meta/messaging/buttons.js';
import type { MessengerSettings } from './settings.js';

export const TEXT_CHARACTERS_MAX = 2_000;
const MEGABYTE = 1024 * 1024;

const taps = { actionTextCharactersMax: 20, payloadBytesMax: 1_000 } satisfies ContentLimits;
const words = {
  textCharactersMax: TEXT_CHARACTERS_MAX,
  actionsMax: QUICK_REPLIES_MAX,
  ...taps,
} satisfies ContentLimits;

const CONTENT: Capabilities['content'] = {
  text: { mediaMax: 0, ...words },
  image: { mediaTypes: ['image/*'], mediaBytesMax: 8 * MEGABYTE, ...words },
  file: { mediaBytesMax: 25 * MEGABYTE, ...words },
  carousel: {
    ...{ textCharactersMax: TEXT_CHARACTERS_MAX, cardsMin: 1, cardsMax: 10, cardTextCharactersMax: 80 },
    ...{ mediaTypes: ['image/*'], ...taps },
  },
  reaction: {},
  template: {},
};

/** People may answer for a week. */
const HUMAN_AGENT_HOURS = 7 * 24;

/** All others are for news of what the contact ordered or does: Meta stops pages that promote something by them. */
const exceptionOf = (tag: string): WindowException =>
  tag === 'HUMAN_AGENT'
    ? { tag, hours: HUMAN_AGENT_HOURS, isForPeopleOnly: true }
    : { tag, isForPeopleOnly: false, category: 'UTILITY' };

export const messengerCapabilities = (settings?: MessengerSettings): Capabilities => ({
  content: CONTENT,
  acceptedMeansSent: true,
  serviceWindowHours: 24,
  windowExceptions: (settings?.messageTags ?? []).map(exceptionOf),
  carriesReply: true,
  carriesReadMark: true,
  receipts: ['sent', 'delivered', 'read'],
  echoesReference: true,
});
