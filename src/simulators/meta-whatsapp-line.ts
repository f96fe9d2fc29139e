import { signedByMeta, type MetaWebhook } from './meta.js';
import type { SimulatedAnswer } from './simulator.js';
import type { PostedWebhook } from './webhook-poster.js';

/** Whose number it is, and of which account. */
export interface SimulatedNumber {
  readonly phoneNumberId: string;
  readonly wabaId: string;
  readonly appSecret: string;
}

/** A message that is in order. */
export interface TakenMessage {
  readonly to: string;
  readonly reference: string | undefined;
  /** What a contact who answers repeats. */
  readonly words: string | undefined;
}

/** A number at work: what it took, who wrote to it, and what it tells of both. */
export interface Line {
  /** Posts there from now on. */
  register(webhook: MetaWebhook): void;
  isOpen(contact: string): boolean;
  change(field: string, value: Readonly<Record<string, unknown>>): PostedWebhook;
  messageFrom(from: string, said: Readonly<Record<string, unknown>>): PostedWebhook;
  statusOf(reference: string, status: string): PostedWebhook;
  take(message: TakenMessage, isAnswered: boolean): SimulatedAnswer;
}

/** Numbers that meet their fate after they were taken: they end in the error's code. */
const FAILING = /^31690(\d{6})$/;
/** Telephones that are off: what is sent there is taken, and no more is heard of it. */
const OFF = /^31692\d{6}$/;

interface Taken {
  readonly id: string;
  readonly to: string;
  readonly reference: string | undefined;
}

const KEPT_MAX = 10_000;

export function createLine(number: SimulatedNumber): Line {
  let count = 0;
  let webhook: MetaWebhook | undefined;
  const open = new Set<string>();
  const taken: Taken[] = [];
  const nextId = () => `wamid.simulated${(count += 1)}`;
  const change = (field: string, value: Readonly<Record<string, unknown>>): PostedWebhook => {
    if (webhook === undefined) throw new Error('No webhook was registered.');
    return signedByMeta(webhook.url, bodyOf(number, field, value), number.appSecret);
  };
  const messageFrom = (from: string, said: Readonly<Record<string, unknown>>) => {
    open.add(from);
    const contacts = [{ profile: { name: 'Mia' }, wa_id: from }];
    return change('messages', { contacts, messages: [{ from, id: nextId(), timestamp: now(), ...said }] });
  };
  const told = (statuses: readonly object[]) => statuses.map((one) => change('messages', { statuses: [one] }));
  return {
    ...{ change, messageFrom },
    register: (next) => void (webhook = next),
    isOpen: (contact) => open.has(contact),
    statusOf(reference, status) {
      const one = taken.find((message) => message.reference === reference);
      if (one === undefined) throw new Error('No message had this reference.');
      return change('messages', { statuses: [statusOf(one, status)] });
    },
    take({ to, reference, words }, isAnswered) {
      const one = { id: nextId(), to, reference };
      taken.push(one);
      if (taken.length > KEPT_MAX) taken.shift();
      const answer = isAnswered && words !== undefined && { type: 'text', text: { body: `You said: ${words}` } };
      const isHeard = webhook !== undefined && !OFF.test(to);
      return {
        status: 200,
        body: {
          messaging_product: 'whatsapp',
          ...{ contacts: [{ input: to, wa_id: to }], messages: [{ id: one.id, message_status: 'accepted' }] },
        },
        webhooks: isHeard ? [...told(fateOf(one)), ...(answer ? [messageFrom(to, answer)] : [])] : [],
      };
    },
  };
}

function bodyOf({ phoneNumberId, wabaId }: SimulatedNumber, field: string, value: Readonly<Record<string, unknown>>) {
  const metadata = { display_phone_number: '31200000000', phone_number_id: phoneNumberId };
  const changes = [{ field, value: { messaging_product: 'whatsapp', metadata, ...value } }];
  return { object: 'whatsapp_business_account', entry: [{ id: wabaId, changes }] };
}

const statusOf = ({ id, to, reference }: Taken, status: string) => ({
  ...{ id, status, timestamp: now(), recipient_id: to },
  ...(reference === undefined ? {} : { biz_opaque_callback_data: reference }),
});

function fateOf(one: Taken): readonly object[] {
  const [, code] = FAILING.exec(one.to) ?? [];
  if (code === undefined) return ['sent', 'delivered', 'read'].map((status) => statusOf(one, status));
  const errors = [{ code: Number(code), title: 'Simulated', error_data: { details: 'It was meant to fail.' } }];
  return [{ ...statusOf(one, 'failed'), errors }];
}

const now = (): string => String(Math.floor(Date.now() / 1_000));
