import type { Capabilities, ContentLimits } from '../provider.js';
import { QUICK_REPLIES_MAX } from '../meta/messaging/buttons.js';

export const TEXT_BYTES_MAX = 1_000;
const MEGABYTE = 1024 * 1024;

const taps = { actionTextCharactersMax: 20, payloadBytesMax: 1_000 } satisfies ContentLimits;
const words = { textBytesMax: TEXT_BYTES_MAX, actionsMax: QUICK_REPLIES_MAX, ...taps } satisfies ContentLimits;

const PICTURES = ['image/png', 'image/jpeg'];
const FILES = [
  ...['audio/aac', 'audio/mp4', 'audio/m4a', 'audio/x-m4a', 'audio/wav', 'audio/x-wav', 'audio/wave'],
  ...['video/mp4', 'video/ogg', 'video/x-msvideo', 'video/avi', 'video/quicktime', 'video/webm', 'application/pdf'],
];

export const INSTAGRAM_CAPABILITIES: Capabilities = {
  content: {
    text: { mediaMax: 0, ...words },
    image: { mediaTypes: PICTURES, mediaBytesMax: 8 * MEGABYTE, ...words },
    file: { mediaTypes: FILES, mediaBytesMax: 25 * MEGABYTE, ...words },
    carousel: {
      ...{ textBytesMax: TEXT_BYTES_MAX, cardsMin: 1, cardsMax: 10, cardTextCharactersMax: 80 },
      ...{ mediaTypes: PICTURES, ...taps },
    },
    reaction: {},
  },
  acceptedMeansSent: true,
  serviceWindowHours: 24,
  windowExceptions: [{ tag: 'HUMAN_AGENT', hours: 7 * 24, isForPeopleOnly: true }],
  carriesReply: true,
  carriesReadMark: true,
  receipts: ['read'],
};
