import type { ChannelPlatform } from '../../events/channel/events.js';
import type { Capabilities, ContentLimits } from '../provider.js';

export const TEXT_CHARACTERS_MAX = 4_096;
/** Beside buttons, below media, above a list. */
export const BODY_CHARACTERS_MAX = 1_024;
const [IMAGE_BYTES_MAX, FILE_BYTES_MAX] = [5 * 1024 * 1024, 100 * 1024 * 1024];

const buttons = { actionsMax: 3, actionTextCharactersMax: 20, payloadBytesMax: 256 } satisfies ContentLimits;
const told = {
  acceptedMeansSent: false,
  carriesReply: true,
  echoesReference: true,
} as const;

/** Bird's limits are those of the platform behind it. */
const WHATSAPP: Capabilities = {
  ...told,
  content: {
    text: {
      textCharactersMax: TEXT_CHARACTERS_MAX,
      textWithActionsCharactersMax: BODY_CHARACTERS_MAX,
      mediaMax: 0,
      ...buttons,
    },
    image: {
      textCharactersMax: BODY_CHARACTERS_MAX,
      // WebP is a sticker.
      mediaTypes: ['image/jpeg', 'image/png', 'image/webp'],
      mediaBytesMax: IMAGE_BYTES_MAX,
      ...buttons,
    },
    file: { textCharactersMax: BODY_CHARACTERS_MAX, mediaBytesMax: FILE_BYTES_MAX, ...buttons },
    location: {},
    list: {
      ...{ textCharactersMax: BODY_CHARACTERS_MAX, titleCharactersMax: 60 },
      ...{
        rowsMax: 10,
        rowTextCharactersMax: 24,
        sectionsMax: 10,
        sectionTitleCharactersMax: 24,
        payloadBytesMax: 200,
      },
      // There is no place for a second line, nor for the label of the button that opens the list.
      ...{ rowDescriptionCharactersMax: 0, buttonTextCharactersMax: 0 },
    },
    template: {},
  },
  receipts: ['sent', 'delivered', 'read', 'failed'],
  serviceWindowHours: 24,
};

const SMS: Capabilities = {
  ...told,
  carriesReply: false,
  content: { text: { mediaMax: 0, actionsMax: 0 }, template: {} },
  receipts: ['sent', 'delivered', 'failed'],
  serviceWindowHours: 'permanent',
};

export const capabilitiesOf = (platform: ChannelPlatform): Capabilities => (platform === 'SMS' ? SMS : WHATSAPP);
