import { z } from 'zod';
import { callOf as cloudCallOf, readMarkOf } from '../meta-whatsapp/request.js';
import type { SendRequest } from '../provider.js';
import type { CbotSettings } from './settings.js';

export { partsOf } from '../meta-whatsapp/request.js';

/** One call, without its host and its key. */
export interface CbotCall {
  readonly method: 'POST';
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

type Said = Pick<
  SendRequest<Pick<CbotSettings, 'flavour' | 'namespace'>>,
  'settings' | 'address' | 'content' | 'part' | 'reference' | 'replyToProviderMessageId'
>;

/** What is asked of CBOT for one part. The Cloud flavour is Meta's own API, with the number told by the key. Pure. */
export function callOf({ settings: { flavour, namespace }, ...said }: Said): CbotCall {
  const { body = {} } = cloudCallOf({ ...said, settings: { phoneNumberId: '' } });
  return flavour === 'CLOUD'
    ? { method: 'POST', path: '/messages', body }
    : { method: 'POST', path: '/v1/messages', body: asOnPremises(body, namespace) };
}

/** Marks a message of the contact as read, and those before it. */
export const readOf = ({ flavour }: Pick<CbotSettings, 'flavour'>, messageId: string) =>
  flavour === 'CLOUD'
    ? ({ method: 'POST', path: '/messages', json: readMarkOf(messageId) } as const)
    : ({ method: 'PUT', path: `/v1/messages/${encodeURIComponent(messageId)}`, json: { status: 'read' } } as const);

const object = z.record(z.string(), z.unknown());

/** Of one provider alone, with no reference; previews are asked for beside the text, and a template stands in a namespace. */
function asOnPremises(cloud: CbotCall['body'], namespace: string | undefined): CbotCall['body'] {
  const { messaging_product: _alone, biz_opaque_callback_data: _reference, ...message } = cloud;
  if (message['type'] === 'template')
    return { ...message, template: { namespace, ...object.parse(message['template']) } };
  if (message['type'] !== 'text') return message;
  const { preview_url, ...text } = object.parse(message['text']);
  return { ...message, text, preview_url };
}
