import type { Capabilities, ContentLimits } from '../provider.js';

const CAPTION_CHARACTERS_MAX = 1_024;
export const BUTTONS_MAX = 100;
/** Of `callback_data`; where an action has no payload, its label stands in for it. */
export const CALLBACK_BYTES_MAX = 64;
/** What Telegram fetches from an address of ours. */
const [PHOTO_BYTES_MAX, FILE_BYTES_MAX] = [5 * 1024 * 1024, 20 * 1024 * 1024];

const buttons = { actionsMax: BUTTONS_MAX, payloadBytesMax: CALLBACK_BYTES_MAX } satisfies ContentLimits;

export const TELEGRAM_CAPABILITIES: Capabilities = {
  content: {
    text: { textCharactersMax: 4_096, mediaMax: 0, ...buttons },
    image: { textCharactersMax: CAPTION_CHARACTERS_MAX, mediaMax: 10, mediaBytesMax: PHOTO_BYTES_MAX, ...buttons },
    file: { textCharactersMax: CAPTION_CHARACTERS_MAX, mediaMax: 10, mediaBytesMax: FILE_BYTES_MAX, ...buttons },
    location: {},
    list: { textCharactersMax: 4_096, rowsMax: BUTTONS_MAX, payloadBytesMax: CALLBACK_BYTES_MAX },
    contacts: { contactsMax: 10 },
    carousel: { textCharactersMax: 4_096, cardsMax: 10, cardTextCharactersMax: CAPTION_CHARACTERS_MAX, ...buttons },
    reaction: {},
  },
  acceptedMeansSent: true,
  serviceWindowHours: 'permanent',
  carriesReply: true,
  receipts: [],
};
