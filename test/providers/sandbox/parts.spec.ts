import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageContent } from '../../../src/events/message/content.js';
import { partOf, partsOf } from '../../../src/providers/sandbox/parts.js';

const media = (count: number) => Array.from({ length: count }, (_, n) => ({ url: `https://example.com/${n}` }));
const actions = [{ kind: 'REPLY', text: 'Yes' } as const];
const image = (count: number): MessageContent => ({
  ...{ kind: 'image', text: 'Look', footer: 'Small', actions, images: media(count) },
});
const file = (count: number): MessageContent => ({ kind: 'file', text: 'Read', actions, files: media(count) });
const slices = (content: MessageContent) =>
  Array.from({ length: partsOf(content) }, (_, part) => partOf(content, part));

describe('the parts that the carrier takes of a message', () => {
  it('are one for each picture or file, and one of anything else', () => {
    expect([image(1), image(3), file(2)].map(partsOf)).toEqual([1, 3, 2]);
    const text: MessageContent = { kind: 'text', text: 'a', actions: [], attachments: media(3) };
    const carousel: MessageContent = { kind: 'carousel', text: '', cards: [{ actions }, { actions }] };
    expect([text, carousel].map(partsOf)).toEqual([1, 1]);
    expect(slices(text)).toEqual([text]);
  });

  it('say the words once, with the first', () => {
    const [first, ...others] = slices(image(3));
    expect(first).toMatchObject({ text: 'Look', footer: 'Small', actions, images: media(1) });
    for (const other of others) expect(other).toMatchObject({ text: '', actions: [] });
    expect(JSON.stringify(others)).not.toContain('Small');
    expect(slices(file(2)).map(({ text }) => text)).toEqual(['Read', '']);
  });

  it('show each file once, in order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), (count) => {
        const shown = (content: MessageContent) => (content.kind === 'image' ? content.images : []);
        expect(slices(image(count)).flatMap(shown)).toEqual(media(count));
        expect(slices(image(count)).map((slice) => shown(slice).length)).toEqual(media(count).map(() => 1));
      }),
    );
  });
});
