import type { ChannelPlatform } from '../../events/channel/events.js';
import type { MessageContent } from '../../events/message/content.js';
import { actionsOf, rowsOf } from '../../events/message/content-facts.js';
import { countCharacters } from '../../events/message/plain-text.js';
import type { ContentRefusal } from '../provider.js';
import { areAtOdds } from '../templates.js';
import { BODY_CHARACTERS_MAX, TEXT_CHARACTERS_MAX } from './capabilities.js';
import { linesOf } from './body.js';
import { messageOf } from './request.js';

/** Bird takes 200 KB; what the call carries beside the content is less than the difference. */
const CONTENT_BYTES_MAX = 190_000;

/** What the limits as data don't say: what stands together counts together, and what a call can't do without. */
export function refuse(content: MessageContent, platform: ChannelPlatform): readonly ContentRefusal[] {
  const found = [...refuseSubject(content), ...refuseSize(content), ...refuseParameters(content)];
  if (platform === 'SMS') return found;
  return [
    ...found,
    ...refuseWords(content),
    ...refuseActions(content),
    ...refuseFiles(content),
    ...refuseSections(content),
  ];
}

const refusal = (
  code: ContentRefusal['code'],
  field: readonly string[],
  message: string,
): readonly ContentRefusal[] => [{ code, field, message }];

const refuseSubject = (content: MessageContent): readonly ContentRefusal[] =>
  content.kind === 'text' && content.subject !== undefined
    ? refusal('CONTENT_UNSUPPORTED', ['subject'], 'Only mail has subjects.')
    : [];

const refuseParameters = (content: MessageContent): readonly ContentRefusal[] =>
  content.kind === 'template' && areAtOdds(content.parameters)
    ? refusal('CONTENT_INVALID', ['parameters'], 'Bird knows blanks by their names: each has one value.')
    : [];

function refuseSize(content: MessageContent): readonly ContentRefusal[] {
  const bytes = Buffer.byteLength(JSON.stringify(messageOf({ address: '', reference: '', content })));
  return bytes > CONTENT_BYTES_MAX
    ? refusal('CONTENT_INVALID', [], `As JSON it has more than ${CONTENT_BYTES_MAX} bytes.`)
    : [];
}

/** Title, words and footer are one text at Bird, but for the title of a list. */
function refuseWords(content: MessageContent): readonly ContentRefusal[] {
  const title = content.kind === 'text' ? content.title : undefined;
  const footer = 'footer' in content ? content.footer : undefined;
  if (title === undefined && footer === undefined) return [];
  const isPlain = content.kind === 'text' && content.actions.length === 0;
  const max = isPlain ? TEXT_CHARACTERS_MAX : BODY_CHARACTERS_MAX;
  return countCharacters(linesOf(title, content.text, footer)) > max
    ? refusal('CONTENT_INVALID', ['text'], `With its title and footer it has more than ${max} characters.`)
    : [];
}

function refuseActions(content: MessageContent): readonly ContentRefusal[] {
  const actions = actionsOf(content);
  const hasLink = actions.some(({ kind }) => kind === 'LINK');
  const linked =
    hasLink && actions.length > 1
      ? refusal('CONTENT_UNSUPPORTED', ['actions'], 'On WhatsApp a LINK stands alone.')
      : [];
  const isWordless = content.text === '' && actions.length > 0;
  return isWordless
    ? [...linked, ...refusal('CONTENT_INVALID', ['text'], 'Buttons follow the files with words: it needs some.')]
    : linked;
}

function refuseFiles(content: MessageContent): readonly ContentRefusal[] {
  if (content.kind !== 'file') return [];
  const index = content.files.findIndex(({ contentType }) => contentType === undefined);
  if (index < 0) return [];
  return refusal('CONTENT_INVALID', ['files', String(index), 'contentType'], 'Bird takes files by their media type.');
}

function refuseSections(content: MessageContent): readonly ContentRefusal[] {
  if (content.kind !== 'list') return [];
  const { sections } = content;
  const isUntitled = sections.length > 1 && sections.some(({ title = '' }) => title === '');
  return [
    ...(isUntitled ? refusal('CONTENT_INVALID', ['sections'], 'Of several sections each needs a title.') : []),
    ...(rowsOf(content).some(({ kind }) => kind === 'LINK')
      ? refusal('CONTENT_UNSUPPORTED', ['sections'], 'A row of a list opens no link.')
      : []),
  ];
}
