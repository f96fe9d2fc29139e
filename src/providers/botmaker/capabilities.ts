import type { ChannelPlatform } from '../../events/channel/events.js';
import { RECEIPT_STATUSES } from '../../events/channel/events.js';
import type { Capabilities, ContentLimits } from '../provider.js';
import { FILE_TYPES, IMAGE_TYPES } from './media.js';

/** Where nothing may be sent a day after the contact last wrote, but templates. */
export const IN_WINDOW: ReadonlySet<ChannelPlatform> = new Set(['WHATSAPP', 'MESSENGER', 'INSTAGRAM']);
export const WINDOW_HOURS = 24;
/** Of a row's id, which comes back with a tap. */
const ROW_ID_LENGTH_MAX = 200;

/** A link is a button of WhatsApp's own messages only. */
const buttonsOn = (platform: ChannelPlatform): ContentLimits =>
  platform === 'WHATSAPP' ? {} : { actionKinds: ['REPLY', 'POSTBACK'] };

const WHATSAPP_ONLY: Capabilities['content'] = {
  list: {
    ...{ rowsMax: 10, rowTextCharactersMax: 24, rowDescriptionCharactersMax: 72, payloadBytesMax: ROW_ID_LENGTH_MAX },
    ...{ sectionsMax: 10, sectionTitleCharactersMax: 24, buttonTextCharactersMax: 20, footerCharactersMax: 60 },
  },
  contacts: {},
};

export function capabilitiesOf(platform: ChannelPlatform): Capabilities {
  return {
    content: {
      text: { mediaMax: 0, ...buttonsOn(platform) },
      image: { mediaTypes: IMAGE_TYPES, actionKinds: ['REPLY', 'POSTBACK'] },
      file: { mediaTypes: FILE_TYPES, actionKinds: ['REPLY', 'POSTBACK'] },
      location: {},
      template: {},
      reaction: {},
      ...(platform === 'WHATSAPP' ? WHATSAPP_ONLY : {}),
    },
    // The answer says that a job was made, and nothing more.
    acceptedMeansSent: false,
    serviceWindowHours: IN_WINDOW.has(platform) ? WINDOW_HOURS : 'permanent',
    carriesReadMark: true,
    receipts: RECEIPT_STATUSES,
    echoesReference: true,
  };
}
