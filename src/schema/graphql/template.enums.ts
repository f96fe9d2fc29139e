import type {
  TemplateButtonKind as ButtonKind,
  TemplateHeaderKind as HeaderKind,
} from '../../events/template/template.js';
import { describedEnum } from './enums.js';

export const TemplateHeaderKind = describedEnum<HeaderKind>(
  'TemplateHeaderKind',
  'What stands above the words of a template.',
  {
    TEXT: 'A heading.',
    IMAGE: 'A picture, which a send gives as the `media` of its `HEADER` parameter.',
    VIDEO: 'A film, likewise.',
    DOCUMENT: 'A document, likewise.',
    OTHER: 'Something else, for example a place. What fills it is not judged.',
  },
);

export const TemplateButtonKind = describedEnum<ButtonKind>(
  'TemplateButtonKind',
  'What a tap on a button of a template does.',
  {
    REPLY: 'Answers with its label; a send may give it a payload.',
    LINK: 'Opens its URL.',
    COPY_CODE: 'Copies a code, which a send gives.',
    OTHER: 'Something else, for example a call. What fills it is not judged.',
  },
);
