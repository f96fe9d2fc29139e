import { parseContent } from '../../../src/events/message/content-input.js';
import type { OutgoingSample } from '../../contracts/provider.contract.js';
import { SAMPLES } from './samples.js';

const path = '/workspaces/ws-1/channels/ch-1/messages';
const REFERENCE = /^msg_\w+\.1\.0$/;

/** Everything but what is said. The reference is the suite's own. */
const call = (said: object) => ({
  path,
  body: {
    receiver: { contacts: [{ identifierKey: 'phonenumber', identifierValue: '+31600000001' }] },
    reference: expectReference(),
    ...said,
  },
});

/** Equal to any reference of ours. */
function expectReference(): unknown {
  return { asymmetricMatch: (given: unknown) => typeof given === 'string' && REFERENCE.test(given) };
}

function contentOf(input: Readonly<Record<string, unknown>>) {
  const parsed = parseContent(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.refusals));
  return parsed.value;
}

/** The page's samples, and what it doesn't show: written from the contract. */
export const OUTGOING: readonly OutgoingSample[] = [
  ...SAMPLES.map(({ name, input, body }) => ({ name, content: contentOf(input), calls: [call({ body })] })),
  {
    name: 'an answer to a message, with title and footer',
    content: contentOf({ text: { text: 'Your order', title: 'Order 14', footer: 'shop' } }),
    replyToProviderMessageId: '5f1c2b9e-0000-4000-8000-000000000010',
    calls: [
      call({
        replyTo: { id: '5f1c2b9e-0000-4000-8000-000000000010', type: 'message' },
        body: { type: 'text', text: { text: 'Order 14\n\nYour order\n\nshop' } },
      }),
    ],
  },
  {
    name: 'a link',
    content: contentOf({
      text: { text: 'See', actions: [{ kind: 'LINK', text: 'Open', url: 'https://example.net/' }] },
    }),
    calls: [
      call({
        body: {
          type: 'text',
          text: { text: 'See', actions: [{ type: 'link', link: { text: 'Open', url: 'https://example.net/' } }] },
        },
      }),
    ],
  },
  {
    name: 'a reply that hands something back: a postback',
    content: contentOf({ text: { text: 'OK?', actions: [{ kind: 'REPLY', text: 'Yes', payload: 'ok-14' }] } }),
    calls: [
      call({
        body: {
          type: 'text',
          text: { text: 'OK?', actions: [{ type: 'postback', postback: { text: 'Yes', payload: 'ok-14' } }] },
        },
      }),
    ],
  },
  {
    name: 'a place without a name',
    content: contentOf({ location: { latitude: 52.1, longitude: 4.9 } }),
    calls: [call({ body: { type: 'location', location: { coordinates: { latitude: 52.1, longitude: 4.9 } } } })],
  },
  {
    name: 'a template, by its project',
    content: contentOf({
      template: {
        name: '3f0e2b44-0000-4000-8000-000000000001',
        locale: 'nl',
        parameters: [
          { key: 'first_name', value: 'Mia' },
          { key: 'photo', part: 'HEADER', media: { url: 'https://example.net/h.jpg' } },
        ],
      },
    }),
    calls: [
      call({
        template: {
          ...{ projectId: '3f0e2b44-0000-4000-8000-000000000001', version: 'latest', locale: 'nl' },
          parameters: [
            { type: 'string', key: 'first_name', value: 'Mia' },
            { type: 'string', key: 'photo', value: 'https://example.net/h.jpg' },
          ],
        },
      }),
    ],
  },
  {
    name: 'a template on SMS, of one version and language',
    platform: 'SMS',
    content: contentOf({ template: { name: 'p-1', version: 'v-1', locale: 'en' } }),
    calls: [call({ template: { projectId: 'p-1', version: 'v-1', locale: 'en', parameters: [] } })],
  },
];
