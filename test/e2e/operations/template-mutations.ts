import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { done, type Covered, type Given, type Stage } from './stage.js';

/** @returns its id */
export async function newTemplate(stage: Stage): Promise<string> {
  const input = { name: `a template ${randomUUID()}`, body: 'Hello {{1}}' };
  const made = await done<{ template: { id: string } }>(stage, 'createTemplate', input, 'template { id }');
  return made.template.id;
}

const TEMPLATE = 'template { name }';
const noSuchTemplate: Given = ({ nowhere }) => ({ templateId: nowhere.template });
const twice: Given = async (stage) => {
  const input = { name: `a template ${randomUUID()}`, body: 'Hello' };
  await done(stage, 'createTemplate', input, TEMPLATE);
  return input;
};
const onChannel =
  (channelId: string): Given =>
  () => ({ name: 'elsewhere', body: 'Hello', providerNames: [{ channelId }] });

/** The fields of `Mutation` about templates, by their input. */
export const TEMPLATE_MUTATIONS: Readonly<Record<string, Covered>> = {
  createTemplate: {
    selection: TEMPLATE,
    works: () => ({ name: 'order_ready', locale: 'nl', body: 'Hello {{1}}' }),
    answers: { template: { name: 'order_ready' } },
    refusals: {
      INPUT_INVALID: () => ({ name: 'order_ready', body: '' }),
      CHANNEL_NOT_FOUND: (stage) => onChannel(stage.nowhere.channel)(stage),
      TEMPLATE_EXISTS: twice,
    },
  },
  updateTemplate: {
    selection: 'template { body }',
    works: async (stage) => ({ templateId: await newTemplate(stage), body: 'Bye {{1}}' }),
    answers: { template: { body: 'Bye {{1}}' } },
    refusals: {
      TEMPLATE_NOT_FOUND: noSuchTemplate,
      INPUT_INVALID: async (stage) => ({ templateId: await newTemplate(stage), body: '{{2}}' }),
      CHANNEL_NOT_FOUND: async (stage) => ({
        templateId: await newTemplate(stage),
        providerNames: [{ channelId: stage.nowhere.channel }],
      }),
      TEMPLATE_EXISTS: async (stage) => {
        const { name } = (await twice(stage)) as { readonly name: string };
        return { templateId: await newTemplate(stage), name };
      },
    },
  },
  deleteTemplate: {
    selection: 'templateId',
    works: async (stage) => ({ templateId: await newTemplate(stage) }),
    answers: { templateId: expect.stringMatching(/^tmpl_/) as string },
    refusals: { TEMPLATE_NOT_FOUND: noSuchTemplate },
  },
  // One that can be asked: test/e2e/templates.embedded.e2e.spec.ts.
  syncTemplates: {
    selection: 'sync { createdCount }',
    works: async (stage) => ({ channelId: await newWhatsApp(stage) }),
    answers: { sync: { createdCount: 0 } },
    refusals: {
      CHANNEL_NOT_FOUND: ({ nowhere }) => ({ channelId: nowhere.channel }),
      INPUT_INVALID: ({ channelId }) => ({ channelId }),
    },
  },
};

/** Of an account that nobody listens for: it is told what came of it, and nothing is refused. */
async function newWhatsApp(stage: Stage): Promise<string> {
  const settings = {
    ...{ phoneNumberId: '1100', wabaId: '900', accessToken: 'token', appSecret: 'secret', verifyToken: 'token' },
    apiBaseUrl: 'http://127.0.0.1:1',
  };
  const input = { name: 'a number', provider: 'META_WHATSAPP', platform: 'WHATSAPP', settings };
  const made = await done<{ channel: { id: string } }>(stage, 'createChannel', input, 'channel { id }');
  return made.channel.id;
}
