import type { Action } from '../../events/message/content.js';
import { WHATSAPP_CAPABILITIES } from '../meta-whatsapp/capabilities.js';
import type { Capabilities } from '../provider.js';
import type { CbotSettings } from './settings.js';

const { carousel: _newer, template, text, image, file, list, ...alike } = WHATSAPP_CAPABILITIES.content;
/** Old clients have no button that opens a link. */
const actionKinds: readonly Action['kind'][] = ['REPLY', 'POSTBACK'];

/** What a client of one's own carries: less than the Cloud API, and it echoes no reference. */
const WITHOUT_TEMPLATES: Capabilities = {
  ...WHATSAPP_CAPABILITIES,
  content: {
    ...alike,
    ...{ text: { ...text, actionKinds }, image: { ...image, actionKinds } },
    file: { ...file, actionKinds, mediaBytesMax: 64 * 1024 * 1024 },
    list: { ...list, textCharactersMax: 1_024 },
  },
  echoesReference: false,
};
const ON_PREMISES: Capabilities = {
  ...WITHOUT_TEMPLATES,
  content: { ...WITHOUT_TEMPLATES.content, ...(template === undefined ? {} : { template }) },
};

/** By flavour; without its namespace no template can be named on premises. */
export function capabilitiesOf(settings?: CbotSettings): Capabilities {
  if (settings?.flavour !== 'ON_PREMISES') return WHATSAPP_CAPABILITIES;
  return settings.namespace === undefined ? WITHOUT_TEMPLATES : ON_PREMISES;
}
