import type { MessageContent } from '../../events/message/content.js';
import { refuseMessaging, unsupported } from '../meta/messaging/refuse.js';
import type { ContentRefusal } from '../provider.js';
import { TEXT_BYTES_MAX } from './capabilities.js';

/** With and without the mark that makes it a picture. */
const HEARTS: ReadonlySet<string> = new Set(['❤️', '❤', '♥️', '♥']);

export function refuse(content: MessageContent): readonly ContentRefusal[] {
  if (content.kind === 'reaction' && content.emoji !== null && !HEARTS.has(content.emoji))
    return unsupported('emoji', 'On Instagram an account reacts with a heart, and with nothing else.');
  return refuseMessaging(content, (words) => Buffer.byteLength(words) > TEXT_BYTES_MAX);
}
