import type { MessageContent } from '../../events/message/content.js';
import { sentNameOf } from '../../events/message/content-facts.js';
import type { ProviderCall, SendRequest } from '../provider.js';
import { receiverOf } from './address.js';
import { bodyOf } from './body.js';
import { messagesOf, type BirdSettings } from './settings.js';

export type Said = Pick<
  SendRequest<BirdSettings>,
  'settings' | 'reference' | 'address' | 'content' | 'replyToProviderMessageId'
>;

/** What is asked of Bird for a message: one call, of which Bird makes as many messages as the platform needs. Pure. */
export const callOf = (said: Said): ProviderCall => ({
  ...messagesOf(said.settings),
  method: 'POST',
  json: messageOf(said),
});

/** Its body as JSON. */
export function messageOf({
  address,
  reference,
  content,
  replyToProviderMessageId: repliedTo,
}: Omit<Said, 'settings'>) {
  return {
    receiver: { contacts: [receiverOf(address)] },
    reference,
    ...(repliedTo === undefined ? {} : { replyTo: { id: repliedTo, type: 'message' } }),
    ...(content.kind === 'template' ? { template: templateOf(content) } : { body: bodyOf(content) }),
  };
}

/** A template is a project of Bird's, which knows by itself where each parameter stands; a file is given by its address. */
function templateOf(template: Extract<MessageContent, { kind: 'template' }>) {
  const { version = 'latest', locale, parameters } = template;
  return {
    projectId: sentNameOf(template),
    version,
    ...(locale === undefined ? {} : { locale }),
    // One blank may stand in the header and in the words.
    parameters: [...new Map(parameters.map((one) => [one.key, one])).values()].map(({ key, value, media }) => ({
      ...{ type: 'string', key, value: value ?? media?.url ?? '' },
    })),
  };
}
