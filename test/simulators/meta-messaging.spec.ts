import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInstagramSimulator } from '../../src/simulators/meta-instagram.js';
import type { MessagingSimulator } from '../../src/simulators/meta-messaging.js';
import { createMessengerSimulator } from '../../src/simulators/meta-messenger.js';
import { startSimulator, type Simulator } from '../../src/simulators/simulator.js';
import { eventually } from '../support/eventually.js';
import type { ScriptedServer } from '../support/scripted-server.js';
import { postToGraph, startHandshakingReceiver } from './graph-client.js';

const app = { accessToken: 'right', appSecret: 'secret' };
const text = (more: object = {}) => ({
  ...{ recipient: { id: '24001' }, messaging_type: 'RESPONSE', message: { text: 'hi' } },
  ...more,
});
const said = (message: object) => text({ message });
const template = (payload: object) => said({ attachment: { type: 'template', payload } });
const quick = (title: string) => ({ content_type: 'text', title, payload: title });
const button = (title: string) => ({ type: 'postback', title, payload: title });
const act = (action: string, payload?: object) => ({ recipient: { id: '24001' }, sender_action: action, payload });

describe.each([
  ['Messenger', createMessengerSimulator({ pageId: '1100', ...app }), 2_018_278],
  ['Instagram', createInstagramSimulator({ accountId: '1100', ...app }), 2_534_022],
] as const)(
  'the simulated API of %s refuses what the contract refuses',
  (name, messaging: MessagingSimulator, late) => {
    let simulator: Simulator;
    let receiver: ScriptedServer;
    beforeAll(async () => {
      simulator = await startSimulator(messaging);
      receiver = await startHandshakingReceiver();
    });
    afterAll(async () => {
      await simulator.stop();
      await receiver.close();
    });

    const call = (json: unknown, path?: string, token?: string) => postToGraph(simulator.baseUrl, json, path, token);
    const refused = (code: number, subcode?: number) => ({
      json: { error: { code, type: 'OAuthException', ...(subcode === undefined ? {} : { error_subcode: subcode }) } },
    });

    it('posts to an address that knows the token, of an account that is subscribed', async () => {
      const right = { url: `${receiver.baseUrl}/hook`, verifyToken: 'tok' };
      expect(await call({ ...right, url: `${simulator.baseUrl}/hook` }, '/dashboard/webhook')).toMatchObject(
        refused(100),
      );
      expect(await call(right, '/dashboard/webhook')).toMatchObject({ json: { success: true } });
      expect(receiver.requests.at(-1)?.url).toContain('hub.verify_token=tok');
      expect(await call({}, '/v25.0/1100/subscribed_apps?subscribed_fields=novelty')).toMatchObject(refused(100));
      const before = receiver.requests.length;
      messaging.messageFrom('24001', { text: 'hi' });
      await call(text());
      expect(await call({}, '/v25.0/me/subscribed_apps?subscribed_fields=messages')).toMatchObject({
        json: { success: true },
      });
      expect(receiver.requests).toHaveLength(before);
      await call(text());
      await eventually(() => expect(receiver.requests.length).toBeGreaterThan(before));
      expect(receiver.requests.at(-1)?.headers['x-hub-signature-256']).toMatch(/^sha256=[0-9a-f]{64}$/);
    });

    it.each<readonly [string, object]>([
      ['no recipient', text({ recipient: undefined })],
      ['no reason to write', text({ messaging_type: undefined })],
      ['a field that is not known', text({ colour: 'red' })],
      ['an empty text', said({ text: '' })],
      ['a text too long', said({ text: 'x'.repeat(2_001) })],
      ['fourteen quick replies', said({ text: 'Pick', quick_replies: Array.from({ length: 14 }, () => quick('A')) })],
      ['a long label', said({ text: 'Pick', quick_replies: [quick('x'.repeat(21))] })],
      ['four buttons', template({ template_type: 'button', text: 'Pick', buttons: ['A', 'B', 'C', 'D'].map(button) })],
      ['much above buttons', template({ template_type: 'button', text: 'x'.repeat(641), buttons: [button('A')] })],
      ['no card', template({ template_type: 'generic', elements: [] })],
      ['a card without a title', template({ template_type: 'generic', elements: [{ subtitle: 'A' }] })],
      ['a file without an address', said({ attachment: { type: 'image', payload: {} } })],
      ['a place', said({ attachment: { type: 'location', payload: { url: 'https://a.example/' } } })],
      ['an action that is not known', act('dance')],
      ['a reaction to nothing', act('react', { reaction: 'love' })],
      ['a template that was not approved', text({ messaging_type: 'UTILITY', message: { template: { name: 'x' } } })],
    ])('%s', async (_name, json) => expect(await call(json)).toMatchObject({ status: 400, ...refused(100) }));

    it('another token, another account, somebody who is not there, and whoever has not written', async () => {
      expect(await call(text(), undefined, 'wrong')).toMatchObject({ status: 401, ...refused(190) });
      expect(await call(text(), '/v25.0/1200/messages')).toMatchObject(refused(100, 33));
      expect(await call(text({ recipient: { id: '551' } }))).toMatchObject(refused(551, 1_545_041));
      expect(await call(text({ recipient: { id: '24002' } }))).toMatchObject(refused(10, late));
      const tagged = { recipient: { id: '24002' }, messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' };
      expect(await call(text(tagged))).toMatchObject(refused(10, late));
      const wrote = (daysAgo: number) =>
        messaging.event('24002', { message: { mid: 'm' }, timestamp: Date.now() - daysAgo * 86_400_000 });
      wrote(7);
      expect(await call(text(tagged))).toMatchObject(refused(10, late));
      wrote(6.9);
      expect(await call(text(tagged))).toMatchObject({ status: 200 });
      expect(await call(text({ ...tagged, tag: 'ACCOUNT_UPDATE' }))).toMatchObject(refused(10, late));
    });

    it('takes what is right, and misbehaves when it is told to', async () => {
      expect(await call(text())).toMatchObject({ status: 200, json: { recipient_id: '24001' } });
      const reaction = { message_id: 'm', reaction: 'love' };
      expect((await call(act('react', reaction))).json).toEqual({ recipient_id: '24001' });
      simulator.misbehave({ throttles: 1 });
      expect(await call(text())).toMatchObject(refused(613));
      expect(await call(act('typing_on'))).toMatchObject({ status: 200 });
      simulator.misbehave({ fails: 1 });
      expect(await call(text())).toMatchObject({ status: 500, ...refused(1) });
      simulator.misbehave({});
      expect(
        name === 'Messenger'
          ? await call(said({ text: 'x'.repeat(2_000) }))
          : await call(said({ text: 'é'.repeat(501) })),
      ).toMatchObject({ status: name === 'Messenger' ? 200 : 400 });
    });
  },
);
