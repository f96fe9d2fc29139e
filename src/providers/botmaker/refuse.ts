import type { ChannelPlatform } from '../../events/channel/events.js';
import { actionsOf, mediaOf } from '../../events/message/content-facts.js';
import type { MessageContent } from '../../events/message/content.js';
import type { ContentRefusal } from '../provider.js';
import { areAtOdds } from '../templates.js';
import { FILE_TYPES, IMAGE_TYPES, mimeTypeOf } from './media.js';

type Of<Kind extends MessageContent['kind']> = Extract<MessageContent, { kind: Kind }>;

const unsupported = (field: string, message: string): ContentRefusal => ({
  ...{ code: 'CONTENT_UNSUPPORTED', field: [field], message },
});
const invalid = (field: string, message: string): ContentRefusal => ({
  ...{ code: 'CONTENT_INVALID', field: [field], message },
});

/** What the limits as data don't say. */
export function refuse(content: MessageContent, platform: ChannelPlatform): readonly ContentRefusal[] {
  switch (content.kind) {
    case 'text':
      return refuseText(content, platform);
    case 'image':
    case 'file':
      return refuseMedia(content);
    case 'list':
      return refuseList(content);
    case 'contacts':
      return content.contacts.some(({ organization }) => organization !== undefined)
        ? [unsupported('contacts', 'Botmaker carries a name, phone numbers and mail addresses.')]
        : [];
    case 'template':
      return refuseTemplate(content);
    default:
      return [];
  }
}

/** Its variables have names. */
function refuseTemplate({ parameters }: Of<'template'>): readonly ContentRefusal[] {
  if (parameters.some(({ part, media }) => part === 'BUTTON' || media !== undefined))
    return [unsupported('parameters', 'Media and buttons are set in the template itself; values fill its blanks.')];
  return areAtOdds(parameters)
    ? [invalid('parameters', 'Botmaker knows blanks by their names: each has one value.')]
    : [];
}

function refuseText(content: Of<'text'>, platform: ChannelPlatform): readonly ContentRefusal[] {
  const links = content.actions.filter(({ kind }) => kind === 'LINK').length;
  const isLinkAlone = links === 0 || content.actions.length === 1;
  return [
    ...(content.subject === undefined ? [] : [unsupported('subject', 'Botmaker has no subjects.')]),
    ...(platform === 'WHATSAPP' && !isLinkAlone ? [unsupported('actions', 'A link is the only button it has.')] : []),
  ];
}

function refuseMedia(content: Of<'image' | 'file'>): readonly ContentRefusal[] {
  const [field, types] = content.kind === 'image' ? ['images', IMAGE_TYPES] : ['files', FILE_TYPES];
  const isUntold = mediaOf(content).some((one) => mimeTypeOf(one) === undefined);
  const isSilent = actionsOf(content).length > 0 && content.text === '';
  return [
    ...(isUntold ? [unsupported(field, `Say its contentType, one of ${types.join(', ')}.`)] : []),
    ...(isSilent ? [invalid('text', 'Buttons follow the media in a message of their own: it needs words.')] : []),
  ];
}

function refuseList({ sections }: Of<'list'>): readonly ContentRefusal[] {
  const isUntitled = sections.length > 1 && sections.some(({ title }) => title === undefined || title === '');
  return isUntitled ? [invalid('sections', 'Of several sections each needs a title.')] : [];
}
