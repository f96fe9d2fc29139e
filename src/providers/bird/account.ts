import { z } from 'zod';
import type { ChannelPlatform } from '../../events/channel/events.js';
import type { HttpCaller } from '../http-call.js';
import type { AccountAnswer, AccountRequest } from '../provider.js';
import { accountAnswerOf } from './answer.js';
import { messagesOf, subscriptionsOf, type BirdSettings } from './settings.js';

const page = z.object({ results: z.array(z.unknown()) });
/** What a subscription is answered isn't documented beyond its status. */
const anything = z.looseObject({});

/** Asks for the channel's latest message: that needs the key, the workspace and the channel, and changes nothing. */
export async function verifyCredentials(
  call: HttpCaller,
  { settings, signal }: AccountRequest<BirdSettings>,
): Promise<AccountAnswer> {
  const end = await call({ ...messagesOf(settings, '?limit=1'), method: 'GET', signal });
  return end.kind === 'answered' ? accountAnswerOf(end, page) : end;
}

/** Bird's name of a platform, and what it tells of its messages: what was read is no status of theirs. */
const EVENTS: Readonly<Partial<Record<ChannelPlatform, readonly string[]>>> = {
  WHATSAPP: ['whatsapp.inbound', 'whatsapp.outbound', 'whatsapp.interaction'],
  SMS: ['sms.inbound', 'sms.outbound'],
};

/** One subscription an event, one after another; the first that isn't confirmed is the last. */
export async function registerWebhook(
  call: HttpCaller,
  { settings, platform, signal, webhookUrl: url }: AccountRequest<BirdSettings> & { readonly webhookUrl: string },
): Promise<AccountAnswer> {
  const place = subscriptionsOf(settings);
  if (place === undefined) return NEEDS_ORGANIZATION;
  const { signingKey, channelId } = settings;
  let answer: AccountAnswer = { kind: 'unknown' };
  for (const event of EVENTS[platform] ?? []) {
    const eventFilters = [{ key: 'channelId', value: channelId }];
    const json = { service: 'channels', event, url, signingKey, template: null, eventFilters };
    const end = await call({ ...place, method: 'POST', json, signal });
    answer = end.kind === 'answered' ? accountAnswerOf(end, anything) : end;
    if (answer.kind !== 'confirmed') break;
  }
  return answer;
}

const NEEDS_ORGANIZATION: AccountAnswer = {
  kind: 'refused',
  failure: { code: 'CREDENTIALS_INVALID', isRetryable: false },
  providerMessage: 'Not asked: subscriptions belong to an organization, and the channel has no organizationId.',
};
