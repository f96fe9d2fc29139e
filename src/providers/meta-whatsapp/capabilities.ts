import { RECEIPT_STATUSES } from '../../events/channel/events.js';
import type { Capabilities, ContentLimits } from '../provider.js';

/** Of words beside media, buttons and cards. */
export const BODY_CHARACTERS_MAX = 1_024;
export const TEXT_CHARACTERS_MAX = 4_096;
export const CARD_CHARACTERS_MAX = 160;
export const CARD_LINE_BREAKS_MAX = 2;
export const BUTTONS_MAX = 3;
const LABEL_CHARACTERS_MAX = 20;
const MEGABYTE = 1024 * 1024;

const buttons = {
  ...{ actionsMax: BUTTONS_MAX, actionTextCharactersMax: LABEL_CHARACTERS_MAX, payloadBytesMax: 256 },
  footerCharactersMax: 60,
} satisfies ContentLimits;

export const WHATSAPP_CAPABILITIES: Capabilities = {
  content: {
    text: {
      ...{ textCharactersMax: TEXT_CHARACTERS_MAX, textWithActionsCharactersMax: BODY_CHARACTERS_MAX },
      ...{ titleCharactersMax: 60, mediaMax: 0, ...buttons },
    },
    image: {
      ...{ textCharactersMax: BODY_CHARACTERS_MAX, ...buttons },
      ...{ mediaTypes: ['image/jpeg', 'image/png', 'image/webp'], mediaBytesMax: 5 * MEGABYTE },
    },
    // Video and audio have 16 MB.
    file: { textCharactersMax: BODY_CHARACTERS_MAX, mediaBytesMax: 100 * MEGABYTE, ...buttons },
    location: {},
    list: {
      ...{ textCharactersMax: TEXT_CHARACTERS_MAX, titleCharactersMax: 60, footerCharactersMax: 60 },
      ...{ buttonTextCharactersMax: LABEL_CHARACTERS_MAX, rowsMax: 10, sectionsMax: 10, payloadBytesMax: 200 },
      ...{ rowTextCharactersMax: 24, rowDescriptionCharactersMax: 72, sectionTitleCharactersMax: 24 },
    },
    contacts: { contactsMax: 257 },
    carousel: {
      ...{ textCharactersMax: BODY_CHARACTERS_MAX, cardsMin: 2, cardsMax: 10 },
      ...{ cardTextCharactersMax: CARD_CHARACTERS_MAX, actionTextCharactersMax: LABEL_CHARACTERS_MAX },
      ...{ payloadBytesMax: 256, mediaTypes: ['image/jpeg', 'image/png', 'video/mp4', 'video/3gpp'] },
    },
    reaction: {},
    template: {},
  },
  acceptedMeansSent: false,
  serviceWindowHours: 24,
  carriesReply: true,
  carriesReadMark: true,
  receipts: RECEIPT_STATUSES,
  echoesReference: true,
};
