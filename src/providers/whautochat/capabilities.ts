import type { ChannelPlatform } from '../../events/channel/events.js';
import { RECEIPT_STATUSES } from '../../events/channel/events.js';
import type { Capabilities, ContentLimits } from '../provider.js';
import type { WhautochatSettings } from './settings.js';

/** Each platform's own: WhautoChat names none. */
export const WORDS_MAX: Readonly<Partial<Record<ChannelPlatform, ContentLimits>>> = {
  WHATSAPP: { textCharactersMax: 4_096 },
  MESSENGER: { textCharactersMax: 2_000 },
  INSTAGRAM: { textBytesMax: 1_000 },
  TELEGRAM: { textCharactersMax: 4_096 },
};

/** Of an element, which is a card of Meta's generic template. */
export const ELEMENT_TITLE_MAX = 80;
export const ELEMENT_BUTTONS_MAX = 3;

const PLAIN = { mediaMax: 0, actionsMax: 0 } as const;
const ELEMENTS = {
  ...{ textWithActionsCharactersMax: ELEMENT_TITLE_MAX, actionsMax: ELEMENT_BUTTONS_MAX },
  ...{ actionTextCharactersMax: 20, payloadBytesMax: 1_000 },
} as const;
const CARDS = { ...ELEMENTS, cardsMax: 10, cardTextCharactersMax: ELEMENT_TITLE_MAX } as const;
const KEYBOARD = { actionsMax: 100, payloadBytesMax: 64 } as const;

function contentOf(platform: ChannelPlatform): Capabilities['content'] {
  const words = WORDS_MAX[platform] ?? {};
  switch (platform) {
    case 'WHATSAPP':
      return {
        text: { ...words, ...PLAIN },
        image: { ...words, actionsMax: 0, mediaTypes: ['image/*'] },
        file: { ...words, actionsMax: 0 },
        template: {},
      };
    case 'MESSENGER':
      return {
        text: { ...words, ...ELEMENTS, mediaMax: 0 },
        image: { ...words, ...ELEMENTS, mediaTypes: ['image/*'] },
        file: { ...words, ...ELEMENTS },
        carousel: { ...words, ...CARDS },
      };
    case 'INSTAGRAM':
      return { text: { ...words, ...ELEMENTS, mediaMax: 0 }, carousel: { ...words, ...CARDS } };
    case 'TELEGRAM':
      return { text: { ...words, ...KEYBOARD, mediaMax: 0 } };
    default:
      return {};
  }
}

/**
 * Without a hook nothing comes in: nobody here knows when a contact wrote, and the platform judges its window by itself.
 */
export function capabilitiesOf(platform: ChannelPlatform, settings?: WhautochatSettings): Capabilities {
  const hears = settings === undefined || settings.webhookSecret !== undefined;
  return {
    content: contentOf(platform),
    acceptedMeansSent: true,
    serviceWindowHours: hears && platform !== 'TELEGRAM' ? 24 : 'permanent',
    receipts: hears ? RECEIPT_STATUSES : [],
  };
}
