import { signedByMeta, type MetaWebhook } from './meta.js';
import type { PostedWebhook } from './webhook-poster.js';

/** Whose threads they are. */
export interface SimulatedAccount {
  /** What is posted is of this product. */
  readonly object: 'page' | 'instagram';
  readonly accountId: string;
  readonly appSecret: string;
  /** Ids of messages begin with it. */
  readonly idPrefix: string;
}

type Said = Readonly<Record<string, unknown>>;

/** What was told of a message that was taken, and how it is told. */
export interface Told {
  readonly id: string;
  readonly contact: string;
  /** Of the message, as its echo repeats it. */
  readonly said: Said;
}

export interface Threads {
  nextId(): string;
  /** The app's address, and whether the account is among those that it is told of. */
  setAddress(webhook: MetaWebhook): void;
  subscribe(): void;
  readonly isHeard: () => boolean;
  /** Whether the contact wrote within so many hours, by the timestamps of what was posted. */
  wroteWithin(contact: string, hours: number): boolean;
  /** @throws before there is an address */
  event(contact: string, said: Said): PostedWebhook;
  messageFrom(contact: string, said: Said): PostedWebhook;
  echo(told: Told): PostedWebhook;
}

const HOUR_MS = 3_600_000;

/** The threads of an account: who wrote, and what is posted of it. */
export function createThreads({ object, accountId, appSecret, idPrefix }: SimulatedAccount): Threads {
  let count = 0;
  let webhook: MetaWebhook | undefined;
  let isSubscribed = false;
  const writtenAt = new Map<string, number>();
  const nextId = () => `${idPrefix}simulated${(count += 1)}`;
  const post = (from: string, to: string, said: Said): PostedWebhook => {
    if (webhook === undefined) throw new Error('The app has no address.');
    const one = { sender: { id: from }, recipient: { id: to }, timestamp: Date.now(), ...said };
    return signedByMeta(
      webhook.url,
      { object, entry: [{ id: accountId, time: Date.now(), messaging: [one] }] },
      appSecret,
    );
  };
  const event = (contact: string, said: Said) => {
    const { message, timestamp = Date.now() } = said;
    if (message !== undefined) writtenAt.set(contact, Math.max(Number(timestamp), writtenAt.get(contact) ?? 0));
    return post(contact, accountId, said);
  };
  return {
    ...{ nextId, event },
    setAddress: (next) => void (webhook = next),
    subscribe: () => void (isSubscribed = true),
    isHeard: () => webhook !== undefined && isSubscribed,
    wroteWithin: (contact, hours) => Date.now() < (writtenAt.get(contact) ?? 0) + hours * HOUR_MS,
    messageFrom: (contact, said) => event(contact, { message: { mid: nextId(), ...said } }),
    echo: ({ id, contact, said }) =>
      post(accountId, contact, { message: { mid: id, is_echo: true, app_id: 1, ...said } }),
  };
}
