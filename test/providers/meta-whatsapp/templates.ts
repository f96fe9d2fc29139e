import type { TemplateWords } from '../../../src/events/template/template.js';
import type { ScriptedAnswer } from '../../support/scripted-server.js';

export const said = (more: Partial<TemplateWords>): TemplateWords => ({
  ...{ header: null, body: '', footer: null, buttons: [], ...more },
});

const BODY = { type: 'BODY', text: 'Hello {{1}}, it costs {{2}}', example: { body_text: [['Mia', '€10']] } };
const row = (name: string, components: unknown, more: object = {}) => ({
  ...{ name, language: 'nl', status: 'APPROVED', id: '1', parameter_format: 'POSITIONAL', components, ...more },
});

const ROWS = [
  row('order_ready', [
    { type: 'HEADER', format: 'TEXT', text: 'Order {{1}}' },
    BODY,
    { type: 'FOOTER', text: 'The shop' },
    {
      type: 'BUTTONS',
      buttons: [
        { type: 'QUICK_REPLY', text: 'Yes' },
        { type: 'URL', text: 'See', url: 'https://example.com/{{1}}', example: ['x'] },
        { type: 'COPY_CODE', example: 'SAVE10' },
        { type: 'PHONE_NUMBER', text: 'Call', phone_number: '+31' },
      ],
    },
  ]),
  ...['IMAGE', 'VIDEO', 'DOCUMENT', 'LOCATION'].map((format) =>
    row(format.toLowerCase(), [{ type: 'HEADER', format, example: { header_handle: ['x'] } }, BODY]),
  ),
  row('cards', [BODY, { type: 'CAROUSEL', cards: [] }]),
  row('strange', 'none', { status: undefined }),
  'nothing',
];

const told = (name: string, words: TemplateWords | string, more: object = {}) => ({
  ...{ name, locale: 'nl', status: 'APPROVED', words, ...more },
});
const body = 'Hello {{1}}, it costs {{2}}';

export const TOLD = [
  told(
    'order_ready',
    said({
      ...{ header: { kind: 'TEXT', text: 'Order {{1}}' }, body, footer: 'The shop' },
      buttons: [
        { kind: 'REPLY', text: 'Yes' },
        { kind: 'LINK', text: 'See', url: 'https://example.com/{{1}}' },
        { kind: 'COPY_CODE', text: '' },
        { kind: 'OTHER', text: 'Call' },
      ],
    }),
  ),
  ...(['IMAGE', 'VIDEO', 'DOCUMENT'] as const).map((kind) =>
    told(kind.toLowerCase(), said({ header: { kind, text: '' }, body })),
  ),
  told('location', said({ header: { kind: 'OTHER', text: '' }, body })),
  told('cards', 'It has a part that can not be filled here: CAROUSEL.'),
  told('strange', 'Meta describes its parts in a form that is not known here.', { status: null }),
  { name: '', locale: '', status: null, words: 'Meta describes it in a form that is not known here.' },
];

const NEXT = 'https://graph.facebook.com/v25.0/900/message_templates?access_token=x&after=QVFI';
const answer = (data: readonly unknown[], paging: object): ScriptedAnswer => ({
  ...{ status: 200, body: JSON.stringify({ data, paging }) },
});

/** The last page has a cursor as well, and no `next`. */
export const TEMPLATE_PAGES: readonly [ScriptedAnswer, ScriptedAnswer] = [
  answer(ROWS, { cursors: { before: 'QQ', after: 'QVFI' }, next: NEXT }),
  answer([row('last', [{ type: 'BODY', text: 'Bye' }], { language: 'en_US', status: 'PAUSED' })], {
    cursors: { before: 'QVFI', after: 'QVFJ' },
  }),
];
