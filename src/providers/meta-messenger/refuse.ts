import type { MessageContent } from '../../events/message/content.js';
import { countCharacters } from '../../events/message/plain-text.js';
import { refuseMessaging } from '../meta/messaging/refuse.js';
import type { ContentRefusal } from '../provider.js';
import { TEXT_CHARACTERS_MAX } from './capabilities.js';
import { refuseTemplate } from './template.js';

export const refuse = (content: MessageContent): readonly ContentRefusal[] =>
  content.kind === 'template'
    ? refuseTemplate(content)
    : refuseMessaging(content, (words) => countCharacters(words) > TEXT_CHARACTERS_MAX);
