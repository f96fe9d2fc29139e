import { describe, expect, it } from 'vitest';
import type { MessageContent } from '../../../src/events/message/content.js';
import { judgeLimits } from '../../../src/events/message/judge-limits.js';
import type { ContentLimits } from '../../../src/providers/provider.js';

const codesOf = (content: MessageContent, limits: ContentLimits | undefined) =>
  judgeLimits(content, limits).map(({ code, field }) => `${code} ${(field ?? []).join('.')}`);

const text = (more: object = {}): MessageContent => ({
  ...{ kind: 'text', text: 'héllo', actions: [], attachments: [] },
  ...more,
});
const image = (...contentTypes: (string | undefined)[]): MessageContent => ({
  ...{ kind: 'image', text: '', actions: [] },
  images: contentTypes.map((contentType) => ({ url: 'https://example.net/a', contentType })),
});
const list = (more: object = {}): MessageContent => ({
  ...{ kind: 'list', text: 'Pick', buttonText: 'Open it' },
  sections: [{ title: 'Section', actions: [{ kind: 'POSTBACK', text: 'One', payload: 'ééé', description: 'first' }] }],
  ...more,
});
const carousel = (count: number): MessageContent => ({
  ...{ kind: 'carousel', text: '' },
  cards: Array.from({ length: count }, () => ({ text: 'card', actions: [{ kind: 'LINK' as const, text: 'Buy' }] })),
});
const buttons = { actions: [{ kind: 'POSTBACK', text: 'Yes', payload: 'ok' }] };

describe('what a channel carries, told by data', () => {
  it.each<readonly [string, MessageContent, ContentLimits | undefined, readonly string[]]>([
    ['no such kind', text(), undefined, ['CONTENT_UNSUPPORTED content.text']],
    ['no limits', text(), {}, []],
    ['characters', text(), { textCharactersMax: 4 }, ['CONTENT_INVALID content.text.text']],
    ['bytes', text(), { textCharactersMax: 5, textBytesMax: 5 }, ['CONTENT_INVALID content.text.text']],
    ['beside buttons', text(buttons), { textWithActionsCharactersMax: 4 }, ['CONTENT_INVALID content.text.text']],
    ['without buttons', text(), { textWithActionsCharactersMax: 4 }, []],
    ['a footer', text({ footer: 'f' }), { footerCharactersMax: 0 }, ['CONTENT_INVALID content.text.footer']],
    ['a title', text({ title: 'ab' }), { titleCharactersMax: 1 }, ['CONTENT_INVALID content.text.title']],
    ['buttons', text(buttons), { actionsMax: 0 }, ['CONTENT_INVALID content.text.actions']],
    ['a label', text(buttons), { actionTextCharactersMax: 2 }, ['CONTENT_INVALID content.text.actions']],
    ['a payload', text(buttons), { payloadBytesMax: 1 }, ['CONTENT_INVALID content.text.actions']],
    ['a kind of button', text(buttons), { actionKinds: ['LINK'] }, ['CONTENT_UNSUPPORTED content.text.actions']],
    ['a type', image('image/gif'), { mediaTypes: ['image/png'] }, ['CONTENT_UNSUPPORTED content.image.images']],
    ['a family of types', image('image/gif; x=y'), { mediaTypes: ['image/*'] }, []],
    ['a type that is not told', image(undefined), { mediaTypes: ['image/png'] }, []],
    ['media', image('a/b', 'a/b'), { mediaMax: 1 }, ['CONTENT_INVALID content.image.images']],
    ['rows', list(), { rowsMax: 0 }, ['CONTENT_INVALID content.list.sections']],
    ['sections', list(), { sectionsMax: 0 }, ['CONTENT_INVALID content.list.sections']],
    ['the text of a row', list(), { rowTextCharactersMax: 2 }, ['CONTENT_INVALID content.list.sections']],
    ['below a row', list(), { rowDescriptionCharactersMax: 4 }, ['CONTENT_INVALID content.list.sections']],
    ['above a section', list(), { sectionTitleCharactersMax: 6 }, ['CONTENT_INVALID content.list.sections']],
    ['the payload of a row', list(), { payloadBytesMax: 5 }, ['CONTENT_INVALID content.list.sections']],
    ['a list button', list(), { buttonTextCharactersMax: 6 }, ['CONTENT_INVALID content.list.buttonText']],
    ['too few cards', carousel(1), { cardsMin: 2 }, ['CONTENT_INVALID content.carousel.cards']],
    ['too many cards', carousel(3), { cardsMax: 2 }, ['CONTENT_INVALID content.carousel.cards']],
    ['words on a card', carousel(1), { cardTextCharactersMax: 3 }, ['CONTENT_INVALID content.carousel.cards']],
    ['a button of a card', carousel(1), { actionKinds: ['REPLY'] }, ['CONTENT_UNSUPPORTED content.carousel.cards']],
  ])('%s', (_name, content, limits, codes) => {
    expect(codesOf(content, limits)).toEqual(codes);
  });
});
