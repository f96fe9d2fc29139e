import type { MessageContent, TemplateParameter } from '../../events/message/content.js';
import { sentNameOf } from '../../events/message/content-facts.js';
import { invalid, unsupported } from '../meta/messaging/refuse.js';
import type { ContentRefusal } from '../provider.js';

type Template = Extract<MessageContent, { kind: 'template' }>;

/** A utility template: its blanks are filled by their position, and all of them stand in its body. */
export const templateOf = (said: Template) => ({
  template: {
    name: sentNameOf(said),
    language: { code: said.locale ?? '' },
    ...(said.parameters.length === 0
      ? {}
      : { components: [{ type: 'body', parameters: inOrder(said.parameters).map(parameterOf) }] }),
  },
});

const inOrder = (parameters: readonly TemplateParameter[]) =>
  [...parameters].sort((one, other) => Number(one.key) - Number(other.key));

const parameterOf = ({ value = '' }: TemplateParameter) => ({ type: 'text', text: value });

export function refuseTemplate({ locale, parameters }: Template): readonly ContentRefusal[] {
  const isElsewhere = parameters.some(({ part, media }) => part !== 'BODY' || media !== undefined);
  const isNamed = parameters.some(({ key }) => !/^[1-9]\d{0,2}$/.test(key));
  const isEmpty = parameters.some(({ value = '' }) => value.trim() === '');
  return [
    ...(locale === undefined ? invalid('locale', 'Messenger finds a template by its name and its locale.') : []),
    ...(isElsewhere
      ? unsupported('parameters', 'On Messenger words fill the body of a template, and nothing else.')
      : []),
    ...(isNamed && !isElsewhere ? invalid('parameters', "A blank's key is its position, from 1.") : []),
    ...(isEmpty && !isElsewhere ? invalid('parameters', 'What fills a blank must not be empty.') : []),
  ];
}
