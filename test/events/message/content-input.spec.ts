import { describe, expect, it } from 'vitest';
import { MEDIA_MAX, ROWS_MAX, TEXT_BYTES_MAX } from '../../../src/events/message/content-forms.js';
import { parseContent } from '../../../src/events/message/content-input.js';

const refusalsOf = (input: Readonly<Record<string, unknown>>): string[] => {
  const parsed = parseContent(input);
  return parsed.ok ? [] : parsed.refusals.map(({ code, field }) => `${code} ${(field ?? []).join('.')}`);
};
const contentOf = (input: Readonly<Record<string, unknown>>) => {
  const parsed = parseContent(input);
  return parsed.ok ? parsed.value : parsed.refusals;
};
const media = (url: string, more: object = {}) => ({ image: { images: [{ url, ...more }] } });
const row = { kind: 'REPLY', text: 'Yes' };
const MESSAGE = 'msg_00000000000000000000000000';
const reaction = (emoji: string | null) => ({ reaction: { messageId: MESSAGE, emoji } });

describe('content as clients give it', () => {
  it('becomes the normalized form, null and absent alike', () => {
    expect(contentOf({ text: { text: 'hi', title: null, actions: null }, image: null })).toEqual({
      ...{ kind: 'text', text: 'hi', actions: [], attachments: [] },
    });
    expect(contentOf({ location: { latitude: 52.1, longitude: 4.3, label: 'Beach' } })).toEqual({
      ...{ kind: 'location', text: 'Beach', latitude: 52.1, longitude: 4.3, label: 'Beach' },
    });
    expect(contentOf({ image: { images: [{ url: 'https://example.com/a.png' }] } })).toMatchObject({ text: '' });
    expect(contentOf({ list: { text: 'Pick', sections: [{ actions: [row] }] } })).toMatchObject({ kind: 'list' });
    expect(
      contentOf({ file: { files: [{ url: 'https://example.com/日本.pdf', filename: '日本.pdf' }] } }),
    ).toMatchObject({
      files: [{ filename: '日本.pdf' }],
    });
  });

  it('is exactly one kind, of those that can be sent', () => {
    expect(refusalsOf({})).toEqual(['INPUT_INVALID content']);
    expect(refusalsOf({ text: { text: 'a' }, location: { latitude: 0, longitude: 0 } })).toEqual([
      'INPUT_INVALID content',
    ]);
    expect(refusalsOf({ hologram: {} })).toEqual(['CONTENT_UNSUPPORTED content.hologram']);
    expect(refusalsOf({ toString: {} })).toEqual(['CONTENT_UNSUPPORTED content.toString']);
  });

  it('has words also where the kind has none of its own: names, an emoji, or nothing', () => {
    const [anna, bo] = [
      { name: 'Anna', phoneNumbers: null },
      { name: 'Bo', emails: ['bo@example.com'] },
    ];
    expect(contentOf({ contacts: { contacts: [anna, bo] } })).toEqual({
      ...{ kind: 'contacts', text: 'Anna, Bo' },
      contacts: [
        { name: 'Anna', phoneNumbers: [], emails: [] },
        { name: 'Bo', phoneNumbers: [], emails: ['bo@example.com'] },
      ],
    });
    expect(contentOf({ carousel: { text: null, cards: [{ title: 'One', actions: null }] } })).toEqual({
      ...{ kind: 'carousel', text: '', cards: [{ title: 'One', actions: [] }] },
    });
    expect(contentOf(reaction('👍🏽'))).toEqual({ kind: 'reaction', text: '👍🏽', emoji: '👍🏽', targetMessageId: MESSAGE });
    expect(contentOf(reaction(null))).toEqual({ kind: 'reaction', text: '', emoji: null, targetMessageId: MESSAGE });
  });

  it('fills the blanks of a template, in its body unless told otherwise', () => {
    const image = { url: 'https://example.com/a.png' };
    const parameters = [
      { key: '1', value: 'Anna', part: null, media: null },
      { key: 'image', part: 'HEADER', media: image },
    ];
    expect(contentOf({ template: { name: 'welcome', locale: null, parameters } })).toEqual({
      ...{ kind: 'template', text: '', name: 'welcome' },
      parameters: [
        { key: '1', part: 'BODY', value: 'Anna' },
        { key: 'image', part: 'HEADER', media: image },
      ],
    });
    expect(contentOf({ template: { name: 'plain' } })).toMatchObject({ parameters: [] });
  });

  it.each(['❤️', '👩🏻‍❤️‍💋‍👨🏼', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '1️⃣', '🇳🇱'])('takes %s as one emoji', (emoji) => {
    expect(refusalsOf(reaction(emoji))).toEqual([]);
  });

  it.each([
    ['two emoji', '👍👍'],
    ['no emoji', ''],
    ['nothing that shows', '\u200d'],
    ['a blank', ' '],
    ['a line', '\n'],
    ['a grapheme without end', `a${'\u0301'.repeat(64)}`],
    ['a word', 'ok'],
  ])('refuses %s as reaction', (_, emoji) => {
    expect(refusalsOf(reaction(emoji))).toEqual(['CONTENT_INVALID content.reaction.emoji']);
  });

  it('refuses a target that is no id as an id, not as content', () => {
    const given = { reaction: { messageId: 'nonsense', emoji: '👍' } };
    expect(refusalsOf(given)).toEqual(['INPUT_INVALID content.reaction.messageId']);
  });

  it.each([
    ['no contacts', { contacts: { contacts: [] } }, 'content.contacts.contacts'],
    ['a contact without a name', { contacts: { contacts: [{ name: ' ' }] } }, 'content.contacts.contacts.0.name'],
    [
      'too many contacts',
      { contacts: { contacts: Array.from({ length: ROWS_MAX + 1 }, () => ({ name: 'Anna' })) } },
      'content.contacts.contacts',
    ],
    [
      'too many numbers of a contact',
      { contacts: { contacts: [{ name: 'Anna', phoneNumbers: Array.from({ length: 21 }, () => '1') }] } },
      'content.contacts.contacts.0.phoneNumbers',
    ],
    [
      'a mail address in two lines',
      { contacts: { contacts: [{ name: 'Anna', emails: ['a@b\nc'] }] } },
      'content.contacts.contacts.0.emails.0',
    ],
    ['no cards', { carousel: { cards: [] } }, 'content.carousel.cards'],
    [
      'too many cards',
      { carousel: { cards: Array.from({ length: MEDIA_MAX + 1 }, () => ({ title: 'a' })) } },
      'content.carousel.cards',
    ],
    ['an empty card', { carousel: { cards: [{ actions: [row] }] } }, 'content.carousel.cards.0'],
    [
      'a link without url on a card',
      { carousel: { cards: [{ title: 'a', actions: [{ kind: 'LINK', text: 'b' }] }] } },
      'content.carousel.cards.0.actions.0.url',
    ],
    [
      'a private media URL on a card',
      { carousel: { cards: [{ media: { url: 'http://10.0.0.1/' } }] } },
      'content.carousel.cards.0.media.url',
    ],
    ['a template without a name', { template: { name: '' } }, 'content.template.name'],
    ['a locale in two lines', { template: { name: 'a', locale: 'e\nn' } }, 'content.template.locale'],
    [
      'a parameter without key',
      { template: { name: 'a', parameters: [{ key: '', value: 'b' }] } },
      'content.template.parameters.0.key',
    ],
    [
      'a parameter with nothing',
      { template: { name: 'a', parameters: [{ key: '1' }] } },
      'content.template.parameters.0',
    ],
    [
      'a parameter with both',
      { template: { name: 'a', parameters: [{ key: '1', value: 'b', media: { url: 'https://example.com/' } }] } },
      'content.template.parameters.0',
    ],
    [
      'too many parameters',
      { template: { name: 'a', parameters: Array.from({ length: ROWS_MAX + 1 }, () => ({ key: '1', value: 'b' })) } },
      'content.template.parameters',
    ],
    ['empty text', { text: { text: '' } }, 'content.text.text'],
    ['blank text', { text: { text: ' \n ' } }, 'content.text.text'],
    ['no text', { text: {} }, 'content.text.text'],
    ['too much text', { text: { text: 'é'.repeat(TEXT_BYTES_MAX / 2 + 1) } }, 'content.text.text'],
    ['NUL in text', { text: { text: 'a\0b' } }, 'content.text.text'],
    ['half a surrogate pair', { text: { text: 'a\ud800' } }, 'content.text.text'],
    ['a long title', { text: { text: 'a', title: 't'.repeat(1_025) } }, 'content.text.title'],
    ['no images', { image: { images: [] } }, 'content.image.images'],
    ['a file name in two lines', media('https://a.example', { filename: 'a\r\nb' }), 'content.image.images.0.filename'],
    ['a bad media type', media('https://a.example', { contentType: 'png' }), 'content.image.images.0.contentType'],
    ['latitude', { location: { latitude: 90.1, longitude: 0 } }, 'content.location.latitude'],
    ['longitude', { location: { latitude: 0, longitude: -180.5 } }, 'content.location.longitude'],
    ['no number', { location: { latitude: Number.NaN, longitude: 0 } }, 'content.location.latitude'],
    ['no sections', { list: { text: 'a', sections: [] } }, 'content.list.sections'],
    ['no rows', { list: { text: 'a', sections: [{ actions: [] }] } }, 'content.list.sections.0.actions'],
    [
      'a row without text',
      { list: { text: 'a', sections: [{ actions: [{ ...row, text: '' }] }] } },
      'content.list.sections.0.actions.0.text',
    ],
    [
      'a link without url',
      { text: { text: 'a', actions: [{ kind: 'LINK', text: 'b' }] } },
      'content.text.actions.0.url',
    ],
    [
      'a script as link',
      { text: { text: 'a', actions: [{ kind: 'LINK', text: 'b', url: 'javascript:1' }] } },
      'content.text.actions.0.url',
    ],
  ])('refuses %s where it stands', (_, input, field) => {
    expect(refusalsOf(input)).toEqual([`CONTENT_INVALID ${field}`]);
  });

  it('takes what lies exactly at the limits', () => {
    expect(refusalsOf({ text: { text: 'x'.repeat(TEXT_BYTES_MAX) } })).toEqual([]);
    const images = Array.from({ length: MEDIA_MAX }, () => ({ url: 'https://example.com/a.png' }));
    expect(refusalsOf({ image: { images } })).toEqual([]);
    expect(refusalsOf({ image: { images: [...images, ...images.slice(0, 1)] } })).toEqual([
      'CONTENT_INVALID content.image.images',
    ]);
    const half = Array.from({ length: ROWS_MAX / 2 }, () => row);
    expect(refusalsOf({ list: { text: 'a', sections: [{ actions: half }, { actions: half }] } })).toEqual([]);
    const over = [{ actions: half }, { actions: [...half, row] }];
    expect(refusalsOf({ list: { text: 'a', sections: over } })).toEqual(['CONTENT_INVALID content.list.sections']);
    expect(refusalsOf({ location: { latitude: -90, longitude: 180 } })).toEqual([]);
  });

  it('bounds the whole, so that an event always fits into the log', () => {
    const wide = { kind: 'REPLY', text: '日'.repeat(1_024), payload: '日'.repeat(1_024) };
    const actions = Array.from({ length: 100 }, () => wide);
    expect(refusalsOf({ text: { text: 'a', actions } })).toEqual(['CONTENT_INVALID content.text']);
  });

  it('refuses by the word: never what was said', () => {
    const parsed = parseContent({ text: { text: 'marker\0' } });
    expect(JSON.stringify(parsed)).not.toContain('marker');
  });
});

describe('a media URL', () => {
  it.each([
    ...[
      'https://example.com/a.png',
      'http://8.8.8.8/a',
      'https://[2606:4700::1111]/a',
      'https://example.com:8443/a?b#c',
    ],
    ...['https://münchen.example/a', 'https://172.32.0.1/a'],
  ])('may be %s', (url) => {
    expect(refusalsOf(media(url))).toEqual([]);
  });

  it.each([
    ...['', 'nonsense', '//example.com/a', 'file:///etc/passwd', 'gopher://example.com', 'data:image/png;base64,AAAA'],
    ...['ftp://example.com/a', 'http://', 'https://user@example.com/', 'https://user:pw@example.com/'],
    ...['http://127.0.0.1/', 'http://2130706433/', 'http://0x7f.1/', 'http://017700000001/', 'http://127.1/'],
    ...['http://0.0.0.0/', 'http://10.1.2.3/', 'http://172.16.0.1/', 'http://192.168.1.1/', 'http://169.254.169.254/'],
    ...['http://100.64.0.1/', 'http://198.18.0.1/', 'http://224.0.0.1/', 'http://255.255.255.255/', 'http://[::1]/'],
    ...['http://[::]/', 'http://[fc00::1]/', 'http://[fe80::1]/', 'http://[::ffff:127.0.0.1]/', 'http://[ff02::1]/'],
    ...['http://[64:ff9b::7f00:1]/', 'http://[2002:7f00:1::]/', 'http://[2001:db8::1]/', 'http://localhost/'],
    ...['http://LOCALHOST./', 'http://a.localhost/', 'http://127。0。0。1/', 'http://①②⑦.0.0.1/', 'http://127.0.0.1./'],
    `https://example.com/${'a'.repeat(2_048)}`,
  ])('may not be %s', (url) => {
    expect(refusalsOf(media(url))).toEqual(['CONTENT_INVALID content.image.images.0.url']);
  });
});
