import type { MessageContent } from '../../events/message/content.js';
import { refuse as refuseAtWhatsApp } from '../meta-whatsapp/refuse.js';
import type { ContentRefusal } from '../provider.js';
import type { CbotSettings } from './settings.js';

/** What the limits as data don't say: what WhatsApp can't do, and on premises what came later. */
export function refuse(content: MessageContent, { flavour }: Pick<CbotSettings, 'flavour'>): readonly ContentRefusal[] {
  const refusals = refuseAtWhatsApp(content);
  if (flavour === 'CLOUD' || content.kind !== 'template') return refusals;
  const isNamed = content.parameters.some(
    ({ part, key, media }) => part !== 'BUTTON' && media === undefined && !/^\d+$/.test(key),
  );
  if (!isNamed) return refusals;
  const message = 'The On-Premises API fills blanks by their positions: 1, 2, …';
  return [...refusals, { code: 'CONTENT_UNSUPPORTED', field: ['parameters'], message }];
}
