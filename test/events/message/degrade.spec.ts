import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseContent } from '../../../src/events/message/content-input.js';
import { messageContent, type MessageContent } from '../../../src/events/message/content.js';
import { nearestForm } from '../../../src/events/message/degrade.js';
import { judgeLimits } from '../../../src/events/message/judge-limits.js';
import type { Capabilities, ContentLimits } from '../../../src/providers/provider.js';

const content = (input: object): MessageContent => {
  const parsed = parseContent(input as Record<string, unknown>);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.refusals));
  return parsed.value;
};
const carriedBy = (limits: Capabilities['content']) => (form: MessageContent) =>
  judgeLimits(form, limits[form.kind]).length === 0;
const plain = (input: object, limits: Capabilities['content'] = { text: { actionsMax: 0 } }) =>
  nearestForm(content(input), carriedBy(limits));

const REPLY = (text: string) => ({ kind: 'REPLY', text, payload: text });
const LINK = { kind: 'LINK', text: 'Track it', url: 'https://example.com/track' };
const IMAGES = [{ url: 'https://example.com/1.png', altText: 'a parcel' }, { url: 'https://example.com/2.png' }];

describe('what a channel does not carry', () => {
  it('buttons become a numbered text', () => {
    const text = { title: 'Hi', text: 'Which?', footer: 'small', actions: [REPLY('Yes'), LINK] };
    expect(plain({ text })).toMatchObject({
      ...{ kind: 'text', title: 'Hi', footer: 'small', actions: [] },
      text: 'Which?\n\n1. Yes\n2. Track it: https://example.com/track',
    });
    expect(plain({ text }, { text: { actionsMax: 0, titleCharactersMax: 0, footerCharactersMax: 0 } })).toEqual({
      ...{ kind: 'text', actions: [], attachments: [] },
      text: 'Hi\n\nWhich?\n\n1. Yes\n2. Track it: https://example.com/track\n\nsmall',
    });
  });

  it('of pictures, the buttons go first, then the pictures themselves', () => {
    const image = { text: 'Here', footer: 'small', images: IMAGES, actions: [REPLY('Yes')] };
    expect(plain({ image }, { image: { footerCharactersMax: 0 } })).toMatchObject({
      ...{ kind: 'image', text: 'Here\n\nsmall', actions: [{ text: 'Yes' }] },
    });
    expect(plain({ image }, { image: { footerCharactersMax: 0, actionsMax: 0 } })).toMatchObject({
      ...{ kind: 'image', text: 'Here\n\n1. Yes\n\nsmall', actions: [], images: [{}, {}] },
    });
    expect(plain({ image })).toMatchObject({
      kind: 'text',
      text: 'Here\n\na parcel: https://example.com/1.png\nhttps://example.com/2.png\n\n1. Yes\n\nsmall',
    });
  });

  it('a place becomes a link, cards and contacts text', () => {
    const location = { latitude: 52.5, longitude: -4.25, label: 'Shop', address: 'A street' };
    expect(plain({ location })?.text).toBe(
      'Shop\n\nA street\n\nhttps://www.google.com/maps/search/?api=1&query=52.5,-4.25',
    );
    const contacts = {
      contacts: [{ name: 'Anna', phoneNumbers: ['+1555'], emails: ['a@example.com'] }, { name: 'Bo' }],
    };
    expect(plain({ contacts })?.text).toBe('Anna\n+1555\na@example.com\n\nBo');
    const cards = [
      { title: 'One', text: 'first', media: { url: 'https://example.com/1.png' }, actions: [REPLY('Buy')] },
      { title: 'Two', actions: [REPLY('Buy too')] },
    ];
    expect(plain({ carousel: { text: 'Look', cards } })?.text).toBe(
      'Look\n\nOne\nfirst\nhttps://example.com/1.png\n1. Buy\n\nTwo\n2. Buy too',
    );
  });

  it('a list becomes what its sender says for that, else its rows under running numbers', () => {
    const sections = [
      { title: 'Hot', actions: [{ ...REPLY('Tea'), description: 'green' }] },
      { title: 'Cold', actions: [REPLY('Juice')] },
    ];
    const list = { text: 'What?', buttonText: 'Menu', sections };
    expect(plain({ list })?.text).toBe('What?\n\nHot\n1. Tea: green\n\nCold\n2. Juice');
    expect(plain({ list: { ...list, altText: 'Tea or juice?' } })?.text).toBe('Tea or juice?');
  });

  it('stays refused where its plain form is not carried either, or would say something else', () => {
    expect(
      plain({ text: { text: 'Which?', actions: [REPLY('Yes')] } }, { text: { textCharactersMax: 10 } }),
    ).toBeUndefined();
    expect(plain({ location: { latitude: 1, longitude: 1 } }, {})).toBeUndefined();
    expect(plain({ template: { name: 'order' } })).toBeUndefined();
    const reaction = { messageId: 'msg_01h45ytscbebyvny4gc8cr8ma2', emoji: '👍' };
    expect(plain({ reaction })).toBeUndefined();
  });
});

describe('any content, on any channel', () => {
  const words = fc.string({ unit: 'grapheme', maxLength: 30 });
  const said = words.filter((text) => text !== '');
  const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
  const actions = fc.array(
    fc.record({ kind: fc.constantFrom('REPLY', 'POSTBACK', 'LINK'), text: said, url: optional(fc.webUrl()) }),
    { maxLength: 4 },
  );
  const media = fc.array(fc.record({ url: fc.webUrl(), filename: optional(said) }), { minLength: 1, maxLength: 3 });
  const sections = fc.array(fc.record({ title: optional(said), actions }), { minLength: 1, maxLength: 3 });
  const cards = fc.array(fc.record({ title: optional(said), text: optional(said), actions }), { maxLength: 3 });
  const framed = { text: words, title: optional(words), footer: optional(words) };
  const contents = fc
    .oneof(
      fc.record({ kind: fc.constant('text'), ...framed, actions, attachments: fc.constant([]) }),
      fc.record({ kind: fc.constant('image'), ...framed, images: media, actions }),
      fc.record({ kind: fc.constant('file'), ...framed, files: media, actions }),
      fc.record({ kind: fc.constant('list'), ...framed, sections }),
      fc.record({ kind: fc.constant('carousel'), text: words, cards }),
      fc.record({ kind: fc.constant('contacts'), text: words, contacts: fc.array(fc.record({ name: said })) }),
      fc.record({
        kind: fc.constant('location'),
        text: words,
        latitude: fc.double({ min: -90, max: 90, noNaN: true }),
        longitude: fc.constant(4),
      }),
    )
    .map((given) => messageContent.parse(given));
  const limits: fc.Arbitrary<ContentLimits> = fc.record(
    {
      ...{ textCharactersMax: fc.nat(200), textBytesMax: fc.nat(400), textWithActionsCharactersMax: fc.nat(100) },
      ...{
        titleCharactersMax: fc.nat(20),
        footerCharactersMax: fc.nat(20),
        actionsMax: fc.nat(3),
        mediaMax: fc.nat(3),
      },
      actionKinds: fc.constant(['REPLY' as const]),
    },
    { requiredKeys: [] },
  );
  const capabilities = fc.record(
    { text: limits, image: limits, file: limits, list: limits, carousel: limits },
    { requiredKeys: [] },
  );

  it('what comes out is within what the channel carries, and has every label', () => {
    fc.assert(
      fc.property(contents, capabilities, (given, carried) => {
        const form = nearestForm(given, carriedBy(carried));
        if (form === undefined) return;
        expect(judgeLimits(form, carried[form.kind as keyof typeof carried])).toEqual([]);
        expect(messageContent.parse(form)).toEqual(form);
        const shown = JSON.stringify(form);
        for (const label of labelsOf(given)) expect(shown).toContain(JSON.stringify(label).slice(1, -1));
      }),
      { numRuns: 1_000 },
    );
  });
});

const labelsOf = (given: MessageContent): readonly string[] =>
  'actions' in given
    ? given.actions.map(({ text }) => text)
    : given.kind === 'list'
      ? given.sections.flatMap(({ actions }) => actions.map(({ text }) => text))
      : given.kind === 'carousel'
        ? given.cards.flatMap(({ actions }) => actions.map(({ text }) => text))
        : [];
