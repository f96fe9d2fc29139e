import type { SIMULATED } from '../../src/simulators/simulated.js';

/** A send, as somebody makes it by hand who has nothing but what `parley simulate` prints. */
export interface HandMade {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

/** What of a send is otherwise, and what is answered then: its status, a space, its body. */
export type Otherwise = readonly [Partial<HandMade>, answer: RegExp];

export interface SimulatedCalls {
  readonly right: HandMade;
  readonly answer: RegExp;
  readonly wrongHeader: Otherwise;
  readonly missingField: Otherwise;
  readonly textTooLong: Otherwise;
  /** Absent: there are none. */
  readonly unknownTemplate?: Otherwise;
}

const LONG = 'x'.repeat(4_097);
const TO = '31600000001';

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const named = (name: string, more: object = {}) => ({
  ...{ type: 'template', template: { name, language: { policy: 'deterministic', code: 'nl' }, ...more } },
});
const text = (body: string) => ({ type: 'text', text: { body } });

/** The one that this template has. */
const blank = { type: 'body', parameters: [{ type: 'text', text: 'Mia' }] };

const whatsApp = { messaging_product: 'whatsapp', recipient_type: 'individual', to: TO };
/** What is templates' alone is asked of the window last: a text from nobody shows whether its form was read. */
const META_WHATSAPP: SimulatedCalls = {
  right: {
    path: '/v25.0/1100/messages',
    headers: bearer('simulated'),
    body: { ...whatsApp, ...named('order_ready', { components: [blank] }) },
  },
  answer: /^200 .*wamid/,
  wrongHeader: [{ headers: bearer('other') }, /^401 .*190/],
  missingField: [{ body: { ...whatsApp, to: undefined, ...text('hi') } }, /^400 .*131008/],
  textTooLong: [{ body: { ...whatsApp, ...text(LONG) } }, /^400 .*131009/],
  unknownTemplate: [{ body: { ...whatsApp, ...named('nope') } }, /132001/],
};

const cbotOf = (path: string, frame: object, template: object, [bad, none]: [number, number]): SimulatedCalls => {
  const code = (number: number) => new RegExp(`"code":${number}\\b`);
  return {
    right: { path, headers: { 'D360-API-KEY': 'simulated-key' }, body: { ...frame, ...text('hi') } },
    answer: /^20[01] .*"messages"/,
    wrongHeader: [{ headers: { 'D360-API-KEY': 'other' } }, /^401 .*Invalid api key/],
    missingField: [{ body: { ...frame, type: 'text' } }, code(bad)],
    textTooLong: [{ body: { ...frame, ...text(LONG) } }, code(bad)],
    unknownTemplate: [{ body: { ...frame, ...named('nope', template) } }, code(none)],
  };
};

const page = { recipient: { id: '24001' }, messaging_type: 'RESPONSE' };
const said = (words: string, more: object = {}) => ({ body: { ...page, message: { text: words }, ...more } });
const utility = (name: string) => ({
  body: { ...page, messaging_type: 'UTILITY', message: { template: { name, language: { code: 'nl' } } } },
});
const messagingOf = (path: string, right: object, answer: RegExp): SimulatedCalls => ({
  right: { path, headers: bearer('simulated'), body: right },
  answer,
  wrongHeader: [{ headers: bearer('other') }, /^401 .*190/],
  missingField: [said('hi', { recipient: undefined }), /^400 .*"code":100/],
  textTooLong: [said('x'.repeat(2_001)), /^400 .*"code":100/],
});

const bird = { contacts: [{ identifierKey: 'phonenumber', identifierValue: `+${TO}` }] };
const project = (projectId: string) => ({
  body: { receiver: bird, template: { projectId, version: 'latest', locale: 'nl', parameters: [] } },
});
const birdText = (words: string) => ({ body: { receiver: bird, body: { type: 'text', text: { text: words } } } });

const chat = { channelId: 'shop-whatsapp-31200000000', contactId: TO };
const SEND = '/v2.0/chats-actions/send-messages';
/** The contract bounds no text but those of a list. */
const row = (title: string) => {
  const action = { type: 'list', button: 'Open', sections: [{ rows: [{ id: '1', title }] }] };
  return { body: { chat, messages: [{ whatsappInteractive: { body: 'Pick', action } }] } };
};

const phone = { recepient: { phoneNumber: TO }, workspace: { id: 'ws1' } };

export const CALLS: Readonly<Record<keyof typeof SIMULATED, SimulatedCalls>> = {
  'meta-whatsapp': META_WHATSAPP,
  'meta-messenger': {
    ...messagingOf('/v25.0/me/messages', utility('order_ready').body, /^200 .*message_id/),
    unknownTemplate: [utility('nope'), /^400 .*does not exist/],
  },
  // Nobody has written yet: all else was right.
  'meta-instagram': messagingOf('/v25.0/me/messages', said('hi').body, /^400 .*2534022/),
  telegram: {
    right: { path: '/bot123456789:simulated/sendMessage', headers: {}, body: { chat_id: 77, text: 'hi' } },
    answer: /^200 .*message_id/,
    // It shows who it is by its path.
    wrongHeader: [{ path: '/bot123456789:other/sendMessage' }, /^401 .*Unauthorized/],
    missingField: [{ body: { text: 'hi' } }, /^400 .*chat_id/],
    textTooLong: [{ body: { chat_id: 77, text: LONG } }, /^400 .*text/],
  },
  cbot: cbotOf('/messages', whatsApp, {}, [131_009, 132_001]),
  'cbot-on-premises': cbotOf(
    '/v1/messages',
    { recipient_type: 'individual', to: TO },
    { namespace: 'simulated' },
    [1_009, 2_001],
  ),
  whautochat: {
    right: {
      path: '/v1/messages/whatsapp/sendtemplate',
      headers: { 'x-api-key': 'simulated-key' },
      body: { ...phone, template: 'order_ready' },
    },
    answer: /^200 .*"error":""/,
    wrongHeader: [{ headers: { 'x-api-key': 'other' } }, /^403 .*Forbidden/],
    missingField: [{ path: '/v1/messages/whatsapp/sendtext', body: phone }, /^400 .*textMessage/],
    textTooLong: [
      { path: '/v1/messages/whatsapp/sendtext', body: { ...phone, textMessage: LONG } },
      /^400 .*textMessage/,
    ],
    unknownTemplate: [{ body: { ...phone, template: 'nope' } }, /Template not found/],
  },
  botmaker: {
    right: {
      path: SEND,
      headers: { 'access-token': 'simulated-access' },
      body: { chat, messages: [{ text: 'hi' }] },
    },
    answer: /^202 .*webhookNotificationId/,
    wrongHeader: [{ headers: { 'access-token': 'other' } }, /^401 /],
    missingField: [{ body: { chat, messages: [{}] } }, /^400 .*messages/],
    textTooLong: [row('x'.repeat(25)), /^400 .*title/],
    unknownTemplate: [
      { path: '/v2.0/chats-actions/trigger-intent', body: { chat, intentIdOrName: 'pigeon' } },
      /^400 .*intentIdOrName/,
    ],
  },
  bird: {
    right: {
      path: '/workspaces/ws-simulated/channels/ch-simulated/messages',
      headers: { authorization: 'AccessKey simulated-key' },
      ...project('project-simulated'),
    },
    answer: /^202 .*"accepted"/,
    wrongHeader: [{ headers: { authorization: 'AccessKey other' } }, /^401 .*Unauthorized/],
    missingField: [{ body: { body: { type: 'text', text: { text: 'hi' } } } }, /^422 .*receiver/],
    textTooLong: [birdText(LONG), /^422 .*body\.text\.text/],
    unknownTemplate: [project('nope'), /^422 .*template/],
  },
};
